/** The JSON Schema of the report, which is part of the package, as a judge. */
import { Ajv, type ValidateFunction } from 'ajv';
import schema from '../../src/render/schema/report.json' with { type: 'json' };

let compiled: ValidateFunction | null = null;

/** @throws Error that lists what the schema does not allow. */
export function expectValid(report: unknown): void {
  compiled ??= new Ajv({ allErrors: true, strict: true }).compile(schema);
  if (compiled(report)) return;
  const faults = compiled.errors!.map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(`the report does not fit its schema:\n${[...new Set(faults)].slice(0, 20).join('\n')}`);
}
