/** Legal names of the clouds, for tests. */

export const ROLE_ARN = "arn:aws:iam::123456789012:role/teams/pull-1";
export const KEY_ARN =
  "arn:aws:kms:eu-central-1:123456789012:key/11112222-3333-4444-5555-666677778888";
export const SECRET_ARN =
  "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";
export const GAR_KEY = "projects/my-project/locations/europe/keyRings/images/cryptoKeys/images";
export const HUB_SECRET = "projects/my-project/secrets/docker-hub/versions/1";
export const SET_ID =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg" +
  "/providers/Microsoft.ContainerRegistry/registries/myregistry/credentialSets/docker-hub";
