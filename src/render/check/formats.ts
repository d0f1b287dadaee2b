/** Every output format of `check`, by the name that --format takes. */
import type { CheckRenderer } from './options.ts';

export const CHECK_FORMAT_NAMES = ['table', 'json', 'sarif', 'junit', 'github', 'markdown'] as const;
export type CheckFormatName = (typeof CHECK_FORMAT_NAMES)[number];

/** Loaded when asked for. */
export const CHECK_FORMATS: Readonly<Record<CheckFormatName, () => Promise<CheckRenderer>>> = {
  table: async () => (await import('./table.ts')).renderCheckTable,
  json: async () => (await import('./json.ts')).renderCheckJson,
  sarif: async () => (await import('./sarif.ts')).renderSarif,
  junit: async () => (await import('./junit.ts')).renderJunit,
  github: async () => (await import('./github.ts')).renderGithub,
  markdown: async () => (await import('./markdown.ts')).renderMarkdown,
};
