/** The path of a link of ours: behind a proxy the host that the server wrote may not be ours. */
export function ownPath(href: string): string {
  const url = new URL(href, location.href);
  return url.pathname + url.search;
}
