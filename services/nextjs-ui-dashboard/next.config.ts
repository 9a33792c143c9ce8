import type { NextConfig } from "next";
import { VERSION } from "./lib/identity";

const contentSecurityPolicy = [
  "default-src 'self'",
  // Next.js writes the page's data as inline scripts.
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const config: NextConfig = {
  output: "standalone",
  // The checkout that holds this folder has a lock file of its own.
  outputFileTracingRoot: __dirname,
  // Replicas of one version must agree on the addresses of their assets.
  generateBuildId: () => VERSION,
  poweredByHeader: false,
  images: { unoptimized: true },
  // Not used at run time: the library that resizes images, which is native code of the building
  // machine, and the compiler.
  outputFileTracingExcludes: {
    "*": ["node_modules/sharp/**", "node_modules/@img/**", "node_modules/typescript/**"],
  },
  headers: () =>
    Promise.resolve([
      {
        source: "/:path*",
        headers: [
          { key: "Content-Security-Policy", value: contentSecurityPolicy },
          { key: "Referrer-Policy", value: "no-referrer" },
          { key: "X-Content-Type-Options", value: "nosniff" },
        ],
      },
    ]),
};

export default config;
