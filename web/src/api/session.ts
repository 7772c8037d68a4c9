/** Who is signed in, and what a page must say with whatever changes something. */
import type { Session } from "./shapes";

export const SESSION = "/api/v1/session";
/** Where a browser goes to sign in with the OpenID Connect provider. */
export const SIGN_IN_WITH = `${SESSION}/oidc`;
const SIGN_IN = "/signin";

let known: Promise<Session | null> | null = null;

/** Who is signed in; asked once a page. Null where the server does not answer. */
export function session(): Promise<Session | null> {
  known ??= ask().then((answer) => {
    if (answer === null) known = null;
    return answer;
  });
  return known;
}

async function ask(): Promise<Session | null> {
  try {
    const response = await fetch(SESSION, { cache: "no-store" });
    return response.ok ? ((await response.json()) as Session) : null;
  } catch {
    return null;
  }
}

/** The headers that show that a request which changes something comes from a page of ours. */
export async function ours(): Promise<Record<string, string>> {
  const csrf = (await session())?.csrf ?? null;
  return csrf === null ? {} : { "X-Vigie-Csrf": csrf };
}

let leaving = false;

/** The session is over: to the page where one signs in, and back from there. */
export function toSignIn(): void {
  if (leaving || location.pathname === SIGN_IN) return;
  leaving = true;
  location.assign(`${SIGN_IN}?next=${encodeURIComponent(location.pathname + location.hash)}`);
}

/** Where to go once signed in: a page of ours, whatever the address says. */
export function nextPage(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])[\w#/=&.,:;+%-]*$/.test(next) ? next : "/";
}

/** Signs in, makes the first administrator, or takes a role of a demo: the status, for how long to wait, and whether the
 * password is right and a second factor must come with it. */
export async function signIn(body: object, path = SESSION): Promise<{ status: number; waitS: number; codeNeeded: boolean }> {
  try {
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(path, init);
    const problem = response.status === 401 ? ((await response.json()) as { type?: string }) : {};
    const waitS = Number(response.headers.get("retry-after") ?? 0);
    return { status: response.status, waitS, codeNeeded: problem.type === "/problems/code-needed" };
  } catch {
    return { status: 0, waitS: 0, codeNeeded: false };
  }
}

/** Signs out, or puts down a role of a demo; whoever does leaves the page. What ends with the session, as the stream does,
 * must not lead to the page of signing in at the same time: of two ways to one page a browser breaks off the first. */
export async function signOut(): Promise<void> {
  leaving = true;
  await fetch(SESSION, { method: "DELETE", headers: await ours() }).catch(() => null);
}
