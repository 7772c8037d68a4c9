/** Keeps the screen on while a crew is on duty: a mission must be seen without a touch. */
let lock: WakeLockSentinel | null = null;

/** Browsers let go of the screen whenever the page is hidden: call it again when it is shown. */
export function stayAwake(wanted: boolean): void {
  if (!wanted) {
    void lock?.release().catch(() => undefined);
    lock = null;
    return;
  }
  if (document.visibilityState !== "visible" || (lock !== null && !lock.released)) return;
  // Where the tablet is short of power the browser refuses, and the screen goes dark as it always did.
  navigator.wakeLock?.request("screen").then(
    (taken) => (lock = taken),
    () => undefined,
  );
}
