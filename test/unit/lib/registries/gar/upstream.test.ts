import assert from "node:assert/strict";
import { remoteSource } from "../../../../../lib/registries/gar/upstream";

describe("remoteSource", () => {
  it("names Docker Hub as the API does", () => {
    assert.deepEqual(remoteSource({ upstream: "docker.io" }), {
      description: "docker.io",
      dockerRepository: { publicRepository: "DOCKER_HUB" },
    });
  });

  it("gives any other registry by its address", () => {
    assert.deepEqual(remoteSource({ upstream: "quay.io" }), {
      description: "quay.io",
      commonRepository: { uri: "https://quay.io" },
    });
  });

  it("leaves the password in Secret Manager", () => {
    const credential = "projects/my-project/secrets/hub/versions/1";
    assert.deepEqual(remoteSource({ upstream: "docker.io", credential, username: "shop" }), {
      description: "docker.io",
      dockerRepository: { publicRepository: "DOCKER_HUB" },
      upstreamCredentials: {
        usernamePasswordCredentials: { username: "shop", passwordSecretVersion: credential },
      },
    });
  });
});
