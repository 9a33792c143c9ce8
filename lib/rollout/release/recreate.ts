import type Docker from "dockerode";

/** Makes a removed container again, as it was, and starts it. */
export async function recreate(
  docker: Docker,
  before: Docker.ContainerInspectInfo,
): Promise<string> {
  const [first, ...others] = Object.entries(before.NetworkSettings.Networks);
  const container = await docker.createContainer({
    ...before.Config,
    name: before.Name.replace(/^\//, ""),
    HostConfig: before.HostConfig,
    ...(first === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [first[0]]: endpoint(first[1]) } } }),
  });
  for (const [network, settings] of others) {
    await docker
      .getNetwork(network)
      .connect({ Container: container.id, EndpointConfig: endpoint(settings) });
  }
  await container.start();
  return container.id;
}

type Attachment = Docker.ContainerInspectInfo["NetworkSettings"]["Networks"][string];

/** What was asked for, without what Docker gave (addresses, ids). */
function endpoint(attachment: Attachment): Docker.EndpointSettings {
  const asked = Object.entries(attachment).filter(([key]) => ASKED.includes(key));
  return Object.fromEntries(asked);
}

const ASKED = ["Aliases", "IPAMConfig", "Links"];
