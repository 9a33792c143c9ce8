import { durationSeconds } from "./duration";
import { listOf, numberOf, objectOf, textOf } from "./json";
import type {
  ComposeModel,
  DependencyCondition,
  Gate,
  Json,
  JsonObject,
  ServiceFacts,
  ServiceModel,
} from "./model";
import { frontedPorts } from "./ports";

/** A HEALTHCHECK of an image; Docker's defaults apply where a value is absent or 0. */
export interface ImageHealth {
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly startPeriodSeconds?: number;
  readonly retries?: number;
}

/** Docker's own: moby daemon/health.go. */
const HEALTH_DEFAULTS = { interval: 30, timeout: 30, startPeriod: 0, retries: 3 };
const RUNNING_SECONDS = 10;
const STOP_GRACE_SECONDS = 10;

/**
 * What decides how a service is released. Order: an explicit `update_config.order`, else stop-first,
 * which is Compose's default; `x-hold: true` holds requests meanwhile; a service that others wait
 * for with `service_completed_successfully` is a one-off job, whatever else it says.
 * @param exposed ports of the image's EXPOSE, where the image is known
 * @param imageHealth the image's HEALTHCHECK, where the image is known and has one
 * @throws Error where the model has no such service: a fault of the caller
 */
export function serviceFacts(
  name: string,
  model: ComposeModel,
  exposed: readonly number[] = [],
  imageHealth?: ImageHealth,
): ServiceFacts {
  const service = model.services[name];
  if (service === undefined) throw new Error(`the model has no service ${name}`);
  const { definition } = service;
  const strategy = strategyOf(name, service, model);
  const ports = frontedPorts(definition, exposed);
  const behindSwitch = strategy === "start-first" || strategy === "hold";
  const memoryLimitBytes = memoryLimit(definition);
  return {
    name,
    ours: service.ours,
    replicas: replicasOf(definition),
    strategy,
    fronted: behindSwitch && ports.length > 0 && definition.network_mode === undefined,
    ports,
    networks: Object.keys(objectOf(definition.networks)).sort(),
    dependsOn: dependenciesOf(definition),
    gate: gateOf(objectOf(definition.healthcheck), imageHealth),
    stopGraceSeconds: seconds(definition.stop_grace_period) ?? STOP_GRACE_SECONDS,
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
  };
}

/** How many containers a service has: `deploy.replicas`, else `scale`, else 1. */
export function replicasOf(definition: JsonObject): number {
  return numberOf(objectOf(definition.deploy).replicas) ?? numberOf(definition.scale) ?? 1;
}

/** Services that a service waits for, by name. */
export function dependenciesOf(
  definition: JsonObject,
): Readonly<Record<string, DependencyCondition>> {
  const entries = Object.entries(objectOf(definition.depends_on));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, conditionOf(objectOf(value).condition)]),
  );
}

/** true: the service declares a health check of its own that is not switched off. */
export function hasHealthCheck(definition: JsonObject): boolean {
  const check = objectOf(definition.healthcheck);
  return check.test !== undefined && !isDisabled(check);
}

function strategyOf(
  name: string,
  service: ServiceModel,
  model: ComposeModel,
): ServiceFacts["strategy"] {
  const isJob = Object.values(model.services).some(
    (other) => dependenciesOf(other.definition)[name] === "service_completed_successfully",
  );
  if (isJob) return "job";
  if (service.definition["x-hold"] === true) return "hold";
  const update = objectOf(objectOf(service.definition.deploy).update_config);
  return update.order === "start-first" ? "start-first" : "stop-first";
}

function gateOf(check: JsonObject, image: ImageHealth | undefined): Gate {
  const checked = !isDisabled(check) && (check.test !== undefined || image !== undefined);
  if (!checked) return { kind: "running", forSeconds: RUNNING_SECONDS };
  const retries = positive(numberOf(check.retries)) ?? positive(image?.retries);
  const interval = positive(seconds(check.interval)) ?? positive(image?.intervalSeconds);
  const timeout = positive(seconds(check.timeout)) ?? positive(image?.timeoutSeconds);
  const startPeriod = seconds(check.start_period) ?? image?.startPeriodSeconds;
  const attempts = (retries ?? HEALTH_DEFAULTS.retries) + 1;
  const each = (interval ?? HEALTH_DEFAULTS.interval) + (timeout ?? HEALTH_DEFAULTS.timeout);
  return {
    kind: "health",
    limitSeconds: (startPeriod ?? HEALTH_DEFAULTS.startPeriod) + attempts * each,
  };
}

function isDisabled(check: JsonObject): boolean {
  return check.disable === true || listOf(check.test)[0] === "NONE";
}

function conditionOf(value: Json | undefined): DependencyCondition {
  return value === "service_healthy" || value === "service_completed_successfully"
    ? value
    : "service_started";
}

function memoryLimit(definition: JsonObject): number | undefined {
  const limits = objectOf(objectOf(objectOf(definition.deploy).resources).limits);
  return positive(numberOf(limits.memory)) ?? positive(numberOf(definition.mem_limit));
}

function seconds(value: Json | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : durationSeconds(text);
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
