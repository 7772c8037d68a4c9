//! `--kinds`: which kinds of incident are in force.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, anyhow, bail};

use crate::{
    app::{App, system_clock},
    incident::{KindCode, Nomenclature},
    store::Store,
};

/// Which kinds of incident are in force.
#[derive(Debug, Clone, clap::Args)]
pub struct KindsArgs {
    /// A file of kinds of incident, in the place of those that ship with the program. `vigie kinds` prints one to begin with.
    #[arg(long, env = "VIGIE_KINDS", value_name = "FILE")]
    kinds: Option<PathBuf>,
}

impl KindsArgs {
    /// The kinds in force.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no nomenclature: all that is wrong with it, with lines and values.
    pub fn nomenclature(&self) -> anyhow::Result<Nomenclature> {
        let Some(file) = &self.kinds else { return Ok(Nomenclature::shipped()) };
        let named = || format!("--kinds {}", file.display());
        let text = fs::read_to_string(file).with_context(named)?;
        text.parse().map_err(|faults| anyhow!("{}:\n{faults}", named()))
    }

    /// Opens a store with these kinds in force.
    ///
    /// # Errors
    ///
    /// Where [`KindsArgs::nomenclature`] fails, the store cannot be read, or it holds incidents of a kind that is not among
    /// them: those would have no priority and no name.
    pub fn open(&self, store: Box<dyn Store>) -> anyhow::Result<App> {
        let app = App::open_with(store, system_clock, self.nomenclature()?)?;
        let snapshot = app.snapshot();
        let checked = self.check(app.nomenclature(), snapshot.incidents().kinds(), "the store");
        if checked.is_err() {
            app.close();
        }
        checked.map(|()| app)
    }

    /// Whether every kind that `whose` incidents use is in force.
    ///
    /// # Errors
    ///
    /// Names those that are not.
    pub fn check(
        &self,
        kinds: &Nomenclature,
        used: &[KindCode],
        whose: &str,
    ) -> anyhow::Result<()> {
        let missing = kinds.missing(used);
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match &self.kinds {
            Some(file) => bail!(
                "--kinds {}: incidents of {whose} have kinds that are not in it: {missing}. Add them",
                file.display()
            ),
            None => bail!(
                "incidents of {whose} have kinds that do not ship with the program: {missing}. Name the file that holds \
                 them: --kinds FILE"
            ),
        }
    }
}
