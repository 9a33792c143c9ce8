import type { Role } from "./names";

/** Azure's built-in roles; both reach the one registry that they are assigned on, nothing else. */
const BUILT_IN: Readonly<Record<Role, string>> = {
  // AcrPush: push and pull, no delete.
  push: "8311e382-0749-4cb8-b61a-304f252e45ec",
  // AcrPull
  pull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
};

/** Resource id of the built-in role, in the form that Azure gives back. */
export function roleDefinitionId(subscriptionId: string, role: Role): string {
  return (
    `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization` +
    `/roleDefinitions/${BUILT_IN[role]}`
  );
}
