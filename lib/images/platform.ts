import { z } from "zod";

/** Platform of an image as index and image configuration write it (image-spec 1.1). */
export const Platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
  "os.version": z.string().optional(),
});
export type Platform = z.infer<typeof Platform>;

/**
 * `os/arch[/variant]` with one spelling for equal platforms: arm64's only variant v8 is left out and
 * arm without one is v7, as containerd normalises them.
 */
export function platformText(platform: string | Platform): string {
  const [os = "", architecture = "", variant = ""] =
    typeof platform === "string"
      ? platform.split("/")
      : [platform.os, platform.architecture, platform.variant];
  if (architecture === "arm64" && variant === "v8") return `${os}/arm64`;
  if (architecture === "arm" && variant === "") return `${os}/arm/v7`;
  return variant === "" ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}
