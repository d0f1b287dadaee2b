// elfy checks one thing with it: that the section names are a string table.
exports.equal = (actual, expected) => {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
};
