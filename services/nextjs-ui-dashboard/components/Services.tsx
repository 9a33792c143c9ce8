import type { ServiceStatus } from "../lib/types";
import type { Polled } from "./usePolling";

interface Props {
  readonly polled: Polled<{ readonly services: readonly ServiceStatus[] }>;
}

/** Which version of each service answers right now. */
export function Services({ polled }: Props) {
  const { data, error } = polled;
  return (
    <section className="card services" aria-labelledby="services-title">
      <h2 id="services-title">Running versions</h2>
      {data === null ? (
        <p className="muted">{error ?? "Asking the services…"}</p>
      ) : (
        <ul>
          {data.services.map((status) => (
            <Service key={status.service} status={status} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Service({ status }: { readonly status: ServiceStatus }) {
  const { service, title, version, instance } = status;
  return (
    <li>
      <span className={version === null ? "dot lost" : "dot live"} aria-hidden="true" />
      <span className="service-name">
        <b>{title}</b>
        <span className="muted small">
          {service}
          {instance !== "" && ` · ${instance.slice(0, 12)}`}
        </span>
      </span>
      <span className="version" data-testid="version" data-service={service}>
        {version === null ? "unavailable" : `v${version}`}
      </span>
    </li>
  );
}
