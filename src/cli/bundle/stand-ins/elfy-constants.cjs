// The names of types and flags, of which none is used (elf/tables.ts): making the tables takes as long as reading a file.
module.exports = { entryType: {}, entryFlags: {} };
