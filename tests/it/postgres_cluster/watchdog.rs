//! [`Watchdog`]: ends a cluster and removes its folder once the test that made it is gone, however it went.

use std::{
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Waits for the end of its input, which comes when the test drops it or is killed. Then it ends every
/// process that works in the data folder, frozen or not, gives back a small disk, and removes the folder.
///
/// A postmaster and its children all stand in their data folder: so they are found without a list of
/// numbers that may be out of date.
const SCRIPT: &str = r#"
cat >/dev/null
ours() {
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/cwd")" = "$1/data" ] && printf '%s ' "${process#/proc/}"
  done
}
signal() {
  processes=$(ours "$2")
  [ -n "$processes" ] && kill -s "$1" $processes
}
signal CONT "$1"
signal QUIT "$1"
tries=0
while [ -n "$(ours "$1")" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
while signal KILL "$1"; do sleep 0.1; done
umount "$1/data"
rm -rf "$1"
"#;

/// A shell beside the test.
pub struct Watchdog(Child);

impl Watchdog {
    /// Watches over the cluster in `folder`.
    pub fn over(folder: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "watchdog"]).arg(folder);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C goes to a whole group: the watchdog has its own, for then its work begins.
        Self(shell.current_dir("/").process_group(0).spawn().unwrap())
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
