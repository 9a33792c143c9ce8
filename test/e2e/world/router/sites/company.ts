import { COMPANY_REGISTRY } from "../../hosts";
import { Backend } from "../backend";
import { basicLogin, type Exchange, sendRegistryError, type Site } from "../exchange";
import { registryRequest } from "../registryRequest";
import { PLANTED } from "../tokens";

interface CompanyUser {
  readonly name: string;
  readonly password: string;
  readonly pushes: boolean;
}

/** Users of the company's registry, by their part in the tests. */
export const COMPANY_USERS = {
  push: { name: "deployer", password: `${PLANTED}company-push`, pushes: true },
  pull: { name: "host", password: `${PLANTED}company-pull`, pushes: false },
  pushRotated: { name: "deployer", password: `${PLANTED}company-push-rotated`, pushes: true },
  pullRotated: { name: "host", password: `${PLANTED}company-pull-rotated`, pushes: false },
} as const satisfies Readonly<Record<string, CompanyUser>>;

/** A registry with passwords (Basic), as nginx or Harbor's robots in front of one. */
export function company(): Site {
  const backend = new Backend("company");
  return {
    hosts: [COMPANY_REGISTRY],
    answer: async (exchange) => {
      const user = userOf(exchange);
      if (user === undefined) {
        const header = { "WWW-Authenticate": 'Basic realm="company"' };
        sendRegistryError(exchange, 401, "UNAUTHORIZED", "authentication required", header);
        return;
      }
      exchange.subject = user.name;
      const request = registryRequest(exchange);
      if (request !== undefined && request.action !== "pull" && !user.pushes) {
        const message = `user ${user.name} has only the role puller`;
        sendRegistryError(exchange, 403, "DENIED", message);
        return;
      }
      await backend.forward(exchange);
    },
  };
}

function userOf(exchange: Exchange): CompanyUser | undefined {
  const login = basicLogin(exchange);
  return Object.values(COMPANY_USERS).find(
    ({ name, password }) => name === login?.username && password === login.password,
  );
}
