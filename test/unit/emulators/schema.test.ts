import assert from "node:assert/strict";
import { dirname } from "node:path";
import { PackageSchema } from "../../emulators/schema";

describe("what an emulator knows of a cloud's npm package", () => {
  const schemaOf = (name: string): PackageSchema =>
    new PackageSchema(dirname(require.resolve(`@pulumi/${name}/package.json`)), name);

  const inputs: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    [
      ...(["aws", "aws:ecr/repository:Repository"] as const),
      ["name", "imageTagMutability", "forceDelete"],
      ["arn", "repositoryUrl", "registryId", "colour"],
    ],
    [
      ...(["gcp", "gcp:serviceaccount/iAMMember:IAMMember"] as const),
      ["serviceAccountId", "role", "member"],
      ["etag"],
    ],
    [
      ...(["azure-native", "azure-native:containerregistry:Registry"] as const),
      ["registryName", "adminUserEnabled", "policies"],
      ["loginServer", "roleAssignmentMode"],
    ],
    [
      ...(["github", "github:index/actionsVariable:ActionsVariable"] as const),
      ["repository", "variableName", "value"],
      ["createdAt"],
    ],
  ];
  for (const [name, type, known, unknown] of inputs) {
    it(`tells the inputs of ${type} from its outputs`, () => {
      const found = schemaOf(name).inputsOf(type);
      for (const input of known) assert.ok(found.has(input), input);
      for (const other of unknown) assert.ok(!found.has(other), other);
    });
  }

  it("knows the inputs of the providers themselves", () => {
    assert.ok(schemaOf("aws").inputsOf("pulumi:providers:aws").has("allowedAccountIds"));
    assert.ok(!schemaOf("gcp").inputsOf("pulumi:providers:gcp").has("allowedAccountIds"));
  });

  it("knows the arguments of functions", () => {
    const { argumentsOf } = bound(schemaOf("aws"));
    assert.deepEqual([...argumentsOf("aws:ecr/getRepositories:getRepositories")], ["region"]);
  });

  for (const type of [
    "aws:ecr/repositorium:Repositorium",
    "aws:ecr/repository:Registry",
    "gcp:artifactregistry/repository:Repository",
    "aws:../aws/ecr/repository:Repository",
    "aws",
  ]) {
    it(`has no resource ${type}`, () => {
      assert.throws(() => schemaOf("aws").inputsOf(type), /has no resource/);
    });
  }

  it("has no function that the package has not", () => {
    const { argumentsOf } = bound(schemaOf("aws"));
    assert.throws(() => argumentsOf("aws:ecr/getPasswords:getPasswords"), /has no function/);
  });
});

function bound(schema: PackageSchema): Pick<PackageSchema, "argumentsOf"> {
  return { argumentsOf: (token) => schema.argumentsOf(token) };
}
