import type { NextRequest } from "next/server";
import { passOn } from "../../../../lib/backends";

export const dynamic = "force-dynamic";

export function GET(request: NextRequest): Promise<Response> {
  const query = request.nextUrl.searchParams;
  return passOn("engine", "/api/market/history", query, ["symbol", "points", "stepSeconds"]);
}
