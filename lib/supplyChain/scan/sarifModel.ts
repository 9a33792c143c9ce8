import { z } from "zod";

const Text = z.looseObject({ text: z.string().optional(), markdown: z.string().optional() });
const Properties = z.looseObject({}).optional();

/** A result's rule: for a vulnerability scanner the vulnerability, with the package or without it. */
const SarifRule = z.looseObject({
  id: z.string(),
  help: Text.optional(),
  properties: Properties,
});

const SarifSuppression = z.looseObject({
  kind: z.string(),
  status: z.string().optional(),
  justification: z.string().optional(),
});

const SarifResult = z.looseObject({
  ruleId: z.string(),
  ruleIndex: z.number().optional(),
  message: Text,
  suppressions: z.array(SarifSuppression).optional(),
  properties: Properties,
});

const SarifRun = z.looseObject({
  tool: z.looseObject({
    driver: z.looseObject({ name: z.string(), rules: z.array(SarifRule).nullish() }),
  }),
  automationDetails: z.looseObject({ id: z.string().optional() }).optional(),
  results: z.array(SarifResult).nullish(),
  properties: Properties,
});

/** The part of SARIF 2.1.0 that is read or written here; everything else stays as it is. */
export const SarifLog = z.looseObject({ version: z.literal("2.1.0"), runs: z.array(SarifRun) });

export type SarifLog = z.infer<typeof SarifLog>;
export type SarifRun = z.infer<typeof SarifRun>;
export type SarifRule = z.infer<typeof SarifRule>;
export type SarifResult = z.infer<typeof SarifResult>;
