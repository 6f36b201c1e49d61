// A certified OpenID provider with its own pages, for tests: port, redirect address, address after.
import { createRequire } from "node:module";
const { Provider } = createRequire(process.argv[2] + "/package.json")("oidc-provider");
const [port, back, after] = process.argv.slice(3);
const groups = { alice: ["research"], bob: ["nobody-here"], carol: ["keepers", "research"] };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "yushan", client_secret: "a secret between the two", redirect_uris: [back],
    post_logout_redirect_uris: [after] }],
  claims: { openid: ["sub", "groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  async findAccount(_, id) {
    return { accountId: id, async claims() { return { sub: id, groups: groups[id] ?? [] }; } };
  },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
