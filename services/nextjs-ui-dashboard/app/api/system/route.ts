import { hostname } from "node:os";
import { versionOf } from "../../../lib/backends";
import { SERVICE, VERSION } from "../../../lib/identity";
import type { ServiceStatus } from "../../../lib/types";

export const dynamic = "force-dynamic";

/** The versions of all three services as they answer now. */
export async function GET(): Promise<Response> {
  const [engine, ai] = await Promise.all([
    versionOf("engine", "/api/version"),
    versionOf("ai", "/version"),
  ]);
  const absent = { version: null, instance: "" };
  const services: ServiceStatus[] = [
    { service: "rust-core-engine", title: "Trading engine", ...(engine ?? absent) },
    { service: "python-ai-service", title: "AI service", ...(ai ?? absent) },
    { service: SERVICE, title: "Dashboard", version: VERSION, instance: hostname() },
  ];
  return Response.json({ services }, { headers: { "Cache-Control": "no-store" } });
}
