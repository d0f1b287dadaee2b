// cli-table3 colours with it only where a style asks for colours; ours never do.
module.exports = {};
