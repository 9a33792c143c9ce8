/** The version of `@pulumi/docker` that the stand-in answers for. */
export const STAND_IN_VERSION = "5.2.0";
