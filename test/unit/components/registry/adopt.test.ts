import assert from "node:assert/strict";
import { adoptionNote, adoptOptions, isAdopted } from "../../../../components/registry/adopt";

const MAY_DIFFER = ["tags", "filters"];

describe("adoptOptions", () => {
  it("creates what does not exist", () => {
    assert.deepEqual(adoptOptions({ recorded: false, mayDiffer: MAY_DIFFER, keep: true }), {
      retainOnDelete: true,
    });
  });

  it("takes what exists, with the settings that it has", () => {
    const found = { id: "bot-core/web", recorded: false, mayDiffer: MAY_DIFFER, keep: true };
    assert.deepEqual(adoptOptions(found), {
      import: "bot-core/web",
      ignoreChanges: MAY_DIFFER,
      retainOnDelete: true,
    });
  });

  it("brings the program's settings once the record holds it", () => {
    const found = { id: "bot-core/web", recorded: true, mayDiffer: MAY_DIFFER, keep: true };
    assert.deepEqual(adoptOptions(found), { import: "bot-core/web", retainOnDelete: true });
  });

  it("lets go of what may be deleted, and ignores nothing that cannot differ", () => {
    assert.deepEqual(adoptOptions({ id: "x", recorded: false, keep: false }), { import: "x" });
    assert.deepEqual(adoptOptions({ recorded: true, keep: false }), {});
  });
});

describe("isAdopted", () => {
  it("is the first run that meets a thing", () => {
    assert.equal(isAdopted({ id: "x", recorded: false }), true);
    assert.equal(isAdopted({ id: "x", recorded: true }), false);
    assert.equal(isAdopted({ recorded: false }), false);
  });
});

describe("adoptionNote", () => {
  it("names everything in one line, or says nothing", () => {
    assert.equal(adoptionNote([]), undefined);
    assert.equal(
      adoptionNote(["bot-core/web", "bot-core/api"]),
      "bot-core/api, bot-core/web: there already, taken over as it is; " +
        "settings that differ follow with the next `pulumi up`",
    );
  });
});
