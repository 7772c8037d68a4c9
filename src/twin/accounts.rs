//! [`Accounts`]: who may ask, found by token, by name and by id.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    access::{Account, AccountId, AccountName, Key, SealKey, TokenDigest},
    time::Timestamp,
};

/// Every account. Cloning is free; a change copies the table, which has some hundred rows.
#[derive(Debug, Clone, Default)]
pub struct Accounts(Arc<Table>);

#[derive(Debug, Clone, Default)]
struct Table {
    by_id: BTreeMap<AccountId, Arc<Account>>,
    by_name: HashMap<AccountName, AccountId>,
    by_token: HashMap<TokenDigest, AccountId>,
}

impl Accounts {
    /// The account with that id.
    #[must_use]
    pub fn get(&self, id: AccountId) -> Option<&Arc<Account>> {
        self.0.by_id.get(&id)
    }

    /// The account whose token has that digest.
    #[must_use]
    pub fn of_token(&self, token: &TokenDigest) -> Option<&Arc<Account>> {
        self.get(*self.0.by_token.get(token)?)
    }

    /// The account that somebody signs in to under that name.
    #[must_use]
    pub fn of_name(&self, name: &AccountName) -> Option<&Arc<Account>> {
        self.get(*self.0.by_name.get(name)?)
    }

    /// The key that seals sessions, once there is one.
    #[must_use]
    pub fn seal(&self) -> Option<&SealKey> {
        self.iter().find_map(|account| match &account.key {
            Key::Seal(key) if !account.is_disabled() => Some(key),
            _ => None,
        })
    }

    /// Every account, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Account>> {
        self.0.by_id.values()
    }

    /// Removes those whose term began before that instant; their ids.
    pub(super) fn remove_ended(&mut self, before: Timestamp) -> BTreeSet<AccountId> {
        let is_over = |account: &Account| account.ended_at().is_some_and(|at| at < before);
        let gone: BTreeSet<AccountId> =
            self.iter().filter(|account| is_over(account)).map(|account| account.id).collect();
        if !gone.is_empty() {
            let table = Arc::make_mut(&mut self.0);
            table.by_id.retain(|id, _| !gone.contains(id));
            table.by_name.retain(|_, id| !gone.contains(id));
            table.by_token.retain(|_, id| !gone.contains(id));
        }
        gone
    }

    pub(super) fn record(&mut self, account: Account) {
        let table = Arc::make_mut(&mut self.0);
        if let Some(Key::Token(old)) = table.by_id.get(&account.id).map(|known| &known.key) {
            table.by_token.remove(old);
        }
        match &account.key {
            Key::Password(_) => {
                table.by_name.insert(account.name.clone(), account.id);
            }
            Key::Token(token) => {
                table.by_token.insert(*token, account.id);
            }
            Key::Seal(_) => {}
        }
        table.by_id.insert(account.id, Arc::new(account));
    }
}
