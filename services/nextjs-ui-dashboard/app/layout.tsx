import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";

export const metadata: Metadata = {
  title: "bot-core dashboard",
  description: "Live prices, predictions and running versions of bot-core",
};

export const viewport: Viewport = { themeColor: "#0a0e14", colorScheme: "dark" };

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
