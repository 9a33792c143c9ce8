import { hostname } from "node:os";
import { SERVICE, VERSION } from "../../../lib/identity";

export const dynamic = "force-dynamic";

export function GET(): Response {
  return Response.json({ service: SERVICE, version: VERSION, instance: hostname() });
}
