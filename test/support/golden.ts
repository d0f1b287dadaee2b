/**
 * A golden file: a command line and everything that it must give, to be read and reviewed as one page.
 *
 *     # What it shows
 *
 *     ```console
 *     $ vmaexplain --format csv samples/sleep/maps.txt
 *     ```
 *
 *     exit code 0
 *
 *     ## stdout
 *
 *     ```text
 *     pid,start,end,…
 *     ```
 *
 *     ## stderr
 *
 *     ```text
 *     ```
 *
 * Control characters stand as their pictures (␛ for escape, ␍ for carriage return), and an output that does not end
 * in a newline says so in a line of its own.
 */
import type { Outcome } from './shell.ts';

export interface Golden {
  readonly title: string;
  readonly command: string;
}

const HEAD = /^# (.+)\n\n```console\n\$ (.+)\n```\n/;
const UNENDED = '\\ no newline at the end';

export function parseGolden(text: string): Golden {
  const [, title, command] = HEAD.exec(text) ?? [];
  if (title === undefined || command === undefined)
    throw new Error('no golden file: it begins with a title and a command in a console block');
  return { title, command };
}

export function printGolden({ title, command }: Golden, { stdout, stderr, code }: Outcome): string {
  const blocks = [
    `# ${title}`,
    `\`\`\`console\n$ ${command}\n\`\`\``,
    `exit code ${code}`,
    ...['## stdout', fenced(stdout), '## stderr', fenced(stderr)],
  ];
  return `${blocks.join('\n\n')}\n`;
}

const fenced = (text: string): string => `\`\`\`text\n${visible(text)}\`\`\``;

/** Every control character but newline as its picture of Unicode's block "Control Pictures". */
function visible(text: string): string {
  const pictures = text.replace(/[\x00-\x09\x0b-\x1f]/g, char =>
    String.fromCharCode(0x2400 + char.charCodeAt(0)),
  );
  return pictures === '' || pictures.endsWith('\n') ? pictures : `${pictures}\n${UNENDED}\n`;
}
