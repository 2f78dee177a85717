// A real identity provider on loopback: node provider.mjs PORT '{"alg": …, "jwks": …, "lifetime": seconds}'
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const settings = JSON.parse(process.argv[3] ?? "{}");
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "hoso",
      client_secret: "the secret: of/this+server",
      redirect_uris: [],
      response_types: [],
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
      id_token_signed_response_alg: settings.alg ?? "RS256",
    },
  ],
  jwks: settings.jwks,
  cookies: { keys: ["cookies on loopback"] },
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  ttl: { DeviceCode: settings.lifetime ?? 600 },
});
provider.listen(port, "127.0.0.1", () => console.log("listening"));
