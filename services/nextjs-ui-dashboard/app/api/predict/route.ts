import type { NextRequest } from "next/server";
import { passOn } from "../../../lib/backends";

export const dynamic = "force-dynamic";

export function GET(request: NextRequest): Promise<Response> {
  return passOn("ai", "/predict", request.nextUrl.searchParams, ["symbol", "horizon"]);
}
