import type { Refusal } from "../../oci/registryErrors";
import { parseEcrHost } from "../hosts";

const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const PUSH = [
  ...PULL,
  "ecr:InitiateLayerUpload",
  "ecr:UploadLayerPart",
  "ecr:CompleteLayerUpload",
  "ecr:PutImage",
];
const MISSING = /not authorized to perform: ([a-z]+:[A-Za-z]+)/;
const ENDED = /authorization token has expired/i;

/** What to do about a refusal of Amazon ECR. */
export function ecrMend({ kind, server, action, repository, detail }: Refusal): string | undefined {
  const region = parseEcrHost(server)?.region ?? "REGION";
  if (ENDED.test(detail)) return "the token has ended (they live 12 hours): run again";
  switch (kind) {
    case "login":
      return `log in to AWS (\`aws sso login\`, with \`--profile NAME\` where the stack names a profile), and check that \`${server}\` is the registry of that account and region`;
    case "right": {
      const missing = MISSING.exec(detail)?.[1];
      const needed = missing ?? actionsOf(action).join(", ");
      const where = repository === undefined ? "" : ` on the repository \`${repository}\``;
      return `allow \`${needed}\`${where} in this identity's IAM policy (\`aws sts get-caller-identity\` names it), and in the repository's own policy where it is of another account`;
    }
    case "repository":
      return `let the stack declare it (\`registry.manage\`: true), or \`aws ecr create-repository --region ${region} --repository-name ${repository ?? "NAME"}\``;
    case "rate":
      return "ECR limits requests a second: run again in a minute";
  }
}

function actionsOf(action: Refusal["action"]): readonly string[] {
  if (action === "delete") return ["ecr:BatchDeleteImage"];
  return action === "push" || action === "cancel" ? PUSH : PULL;
}
