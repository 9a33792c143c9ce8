/** Folder of everything that a world has, as processes in it see it. */
export const WORLD_FOLDER = "/run/world";

/** Address of production's Docker engine; the usual one is that of the machine that builds. */
export const PRODUCTION = "unix:///run/production.sock";
