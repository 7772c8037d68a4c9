//! Nights whose morning passed while no server ran, and what was left open then.

use serde_json::Value;
use vigie::{
    app::system_clock,
    mailing::{Mailbox, Mailing, MailingKey, MailingState},
    stock::LandlordId,
    store::{MailChange, StoreUrl},
};

use super::{House, PATIENT_S, PostOffice};
use crate::server::wait_until;

/// What was written into the store before the server went away.
fn was_written(house: &House, changes: Vec<MailChange>) {
    let mut store = house.store.parse::<StoreUrl>().unwrap().open().unwrap();
    for change in changes {
        store.begin().unwrap().commit_mail(change).unwrap();
    }
}

fn id(landlord: &str) -> LandlordId {
    LandlordId::of_name(landlord).unwrap()
}

fn mailbox(landlord: &str, days_ago: i64) -> MailChange {
    let address = format!("astreinte@{landlord}.example").parse().unwrap();
    let landlord = id(landlord);
    let set_at = system_clock().plus_seconds(-86_400 * days_ago);
    MailChange::Mailbox(Mailbox { landlord, address, set_at })
}

fn entry(house: &House, days_before: i32, ordinal: u32, state: MailingState) -> MailChange {
    let night = house.night.plus_days(-days_before);
    let at = night.night().to.unwrap();
    MailChange::Mailing(Mailing {
        key: MailingKey { landlord: id("un-habitat"), night, ordinal },
        state,
        mailbox: Some("astreinte@un-habitat.example".parse().unwrap()),
        opened_at: at,
        changed_at: at,
        due_at: state.is_open().then_some(at),
        attempts: 1,
        unsure: 0,
        reply: None,
        files: None,
    })
}

fn nights_are_made_up_for(house: &House) {
    let office = PostOffice::open();
    let left = vec![
        mailbox("un-habitat", 40),
        mailbox("deux-logis", 0),
        entry(house, 3, 0, MailingState::Sent),
        entry(house, 5, 0, MailingState::Waiting),
        entry(house, 4, 0, MailingState::Sent),
        entry(house, 4, 1, MailingState::Waiting),
        entry(house, 12, 0, MailingState::Waiting),
        entry(house, 20, 0, MailingState::Claimed),
    ];
    was_written(house, left);

    let server = house.server(&office, PATIENT_S);

    // The last night of both, and of the seven before all but the two that were sent.
    let mail = office.mail(2 + 5);
    let mut ids: Vec<String> = mail.iter().map(|one| one.says("message-id").to_owned()).collect();
    ids.sort();
    let message_id = |landlord: &str, days: i32| {
        let night = house.night.plus_days(-days);
        format!("<bilan.{night}.{landlord}.0@exploitant.example>")
    };
    let nights = [7, 6, 5, 2, 1, 0];
    let mut expected: Vec<String> =
        nights.iter().map(|days| message_id("un-habitat", *days)).collect();
    expected.push(message_id("deux-logis", 0));
    expected.sort();
    assert_eq!(ids, expected);
    let state = |days: i32, ordinal: u64| {
        let night = house.night.plus_days(-days).to_string();
        let told = house.says(&["report", "sent", "--json", "--nights", "60"]);
        let all: Vec<Value> = serde_json::from_str(&told).unwrap();
        let of_it = all.iter().find(|one| {
            one["landlord"] == "un-habitat" && one["night"] == night && one["ordinal"] == ordinal
        });
        of_it.map(|one| one["state"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    wait_until("what is too old is given up", || {
        [state(4, 1), state(12, 0), state(20, 0)].iter().all(|state| state == "given_up")
    });
    assert!(server.log().contains("will not be"), "{}", server.log());
    let doctor: Vec<Value> =
        serde_json::from_slice(&house.run(&["doctor", "--json"]).stdout).unwrap();
    let finding = doctor.iter().find(|one| one["check"] == "mailings").unwrap();
    let found = finding["found"].as_str().unwrap();
    let old = house.night.plus_days(-20);
    assert!(found.contains(&format!("un-habitat of {old}")), "{finding}");
    drop(server);

    let _again = house.server(&office, PATIENT_S);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(office.count(), 7, "each once");
}

#[test]
fn nights_that_nobody_was_there_for_are_made_up_for_once() {
    for house in [House::new(), House::on_postgres()] {
        nights_are_made_up_for(&house);
    }
}
