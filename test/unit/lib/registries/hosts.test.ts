import assert from "node:assert/strict";
import { acrServer, ecrServer, garServer, parseAcrHost } from "../../../../lib/registries/hosts";
import { parseEcrHost, parseGarHost } from "../../../../lib/registries/hosts";

describe("the clouds' hosts", () => {
  const partitions: readonly (readonly [region: string, domain: string])[] = [
    ["eu-central-1", "amazonaws.com"],
    ["us-gov-west-1", "amazonaws.com"],
    ["cn-north-1", "amazonaws.com.cn"],
    ["eusc-de-east-1", "amazonaws.eu"],
    ["us-iso-east-1", "c2s.ic.gov"],
    ["us-isob-east-1", "sc2s.sgov.gov"],
    ["us-isof-south-1", "csp.hci.ic.gov"],
    ["eu-isoe-west-1", "cloud.adc-e.uk"],
  ];
  for (const [region, domain] of partitions) {
    it(`an ECR registry in ${region} is in ${domain}, and is known again`, () => {
      const named = { accountId: "012345678901", region };
      assert.equal(ecrServer(named), `012345678901.dkr.ecr.${region}.${domain}`);
      assert.deepEqual(parseEcrHost(ecrServer(named)), named);
    });
  }

  it("Artifact Registry's have their location's name", () => {
    assert.equal(garServer("europe-west3"), "europe-west3-docker.pkg.dev");
    assert.equal(parseGarHost(garServer("us")), "us");
    assert.equal(parseGarHost("docker.pkg.dev"), undefined);
  });

  it("Azure's have the registry's name in lower case, and a hash where Azure adds one", () => {
    assert.equal(acrServer("MyRegistry"), "myregistry.azurecr.io");
    assert.equal(parseAcrHost("myregistry-a1b2c3.azurecr.io"), "myregistry");
    assert.equal(parseAcrHost("abcd.azurecr.io"), undefined);
  });
});
