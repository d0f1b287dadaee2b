// For each text it builds a regular expression of all emoji, which takes longer than all else that the header of a table
// needs. Characters of ASCII have one column each, and so has what cli-table3 puts where it cuts a text.
'use strict';
let widthOf;
module.exports = text => {
  if (/^[\x20-\x7e\u2026]*$/.test(text)) return text.length;
  widthOf ??= require('../../../../node_modules/string-width/index.js');
  return widthOf(text);
};
