// A real identity provider (npm oidc-provider) on loopback, for tests. Whoever `who` names is signed in without asking.
// Under /test/ it is told what to be: whom to sign in, which keys to sign with, and whether to answer at all.
import { createServer } from "node:http";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const { port, callback, audience, secret, plainIdTokens, back, backChannel, namesSessions, signsOut } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const state = { who: "alice", accounts: {}, down: false, counts: {}, toldDesk: [] };
const keys = [];
let provider, answer;

async function makeKey(kid, algorithm = "ES256") {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { kid, algorithm, secret: pair.privateKey, jwk: { ...(await exportJWK(pair.privateKey)), kid, alg: algorithm, use: "sig" } };
}

async function newKey(algorithm) {
  keys.push(await makeKey(`key-${keys.length}`, algorithm));
  return keys.at(-1);
}

const claimsOf = (id) => ({ sub: id, ...(state.accounts[id] ?? {}) });

function start(...published) {
  provider = new Provider(issuer, {
    jwks: { keys: published.map((key) => key.jwk) },
    cookies: { keys: ["only for tests"] },
    clients: [
      {
        client_id: "desk",
        client_secret: secret,
        redirect_uris: [callback],
        post_logout_redirect_uris: [back],
        ...(backChannel && { backchannel_logout_uri: backChannel, backchannel_logout_session_required: namesSessions }),
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: "script",
        client_secret: secret,
        redirect_uris: [],
        grant_types: ["client_credentials"],
        response_types: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    claims: { openid: ["sub"], profile: ["staff_number", "groups"], email: ["email", "email_verified"] },
    conformIdTokenClaims: !plainIdTokens,
    extraTokenClaims: () => claimsOf(state.who),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: signsOut },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: "api", audience, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
      },
    },
    // The desk of the tests is on loopback, where this provider would connect to nobody.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, ClientCredentials: 300, IdToken: 300, Grant: 300, Interaction: 300, Session: 300 },
  });
  provider.on("server_error", (_, error) => console.error(error));
  provider.on("backchannel.success", () => state.toldDesk.push("taken"));
  provider.on("backchannel.error", (_, error) => state.toldDesk.push(error.message));
  answer = provider.callback();
}

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const result = {};
  if (prompt.name === "login") {
    result.login = { accountId: state.who };
  } else {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function told(request) {
  let body = "";
  for await (const piece of request) body += piece;
  return body ? JSON.parse(body) : {};
}

const orders = {
  be: async (wanted) => Object.assign(state, wanted),
  rotate: async ({ keep, algorithm }) => {
    const old = keys.at(-1);
    const fresh = await newKey(algorithm);
    start(...(keep ? [fresh, old] : [fresh]));
    return { kid: fresh.kid };
  },
  sign: async ({ header, claims, key }) => {
    const found = key === undefined ? keys.at(-1) : key === "foreign" ? await makeKey("foreign") : keys[key];
    const signing = new SignJWT(claims).setProtectedHeader({ alg: found.algorithm, kid: found.kid, ...header });
    return { token: await signing.sign(found.secret, { crit: { odd: true } }) };
  },
  counts: async () => state.counts,
  told: async () => state.toldDesk,
};

createServer(async (request, response) => {
  const [, first, second] = request.url.split("?")[0].split("/");
  try {
    if (first === "test") {
      response.setHeader("Content-Type", "application/json").end(JSON.stringify(await orders[second](await told(request))));
      return;
    }
    state.counts[first] = (state.counts[first] ?? 0) + 1;
    if (state.down) response.writeHead(503).end("down");
    else if (first === "interaction") await interact(request, response);
    else answer(request, response);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(String(error));
  }
}).listen(port, "127.0.0.1", () => console.log("ready"));

start(await newKey());
