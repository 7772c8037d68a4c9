/** The service worker: how the tablet opens without a network. */

const SCOPE = "/patrol";

/** Registers it, where the browser has service workers and the program was built. */
export function register(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  navigator.serviceWorker.register("/patrol/sw.js", { scope: SCOPE, updateViaCache: "none" }).catch(() => {
    // Without it the tablet works while there is a network; nothing more can be done about it here.
  });
}

/** Lets a newer program that waits take over. For the time between two shifts: the page is loaded again. */
export async function renewWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take over");
}
