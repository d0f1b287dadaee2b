// elfy derives its parser with it.
exports.inherits = (derived, base) => {
  Object.setPrototypeOf(derived.prototype, base.prototype);
};
