//! Morning reports by e-mail: a real mail server on loopback, real messages, and a register that says what became of each.

mod made_up;
mod post_office;

use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{
    app::{App, NewIncident, Whereabouts, system_clock},
    incident::{Channel, Status},
    store::StoreUrl,
    time::Date,
};

use self::post_office::{Mail, PASSWORD, PostOffice, USER};
use crate::{
    postgres_cluster::Database,
    server::{Server, vigie, wait_until},
    support::{begin, site_of},
};

/// A store with two landlords and what happened on their sites last night, and its mail server.
struct House {
    store: String,
    _folder: TempDir,
    _database: Option<Database>,
    night: Date,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        Self::over(store, folder, None)
    }

    fn on_postgres() -> Self {
        let database = Database::fresh();
        Self::over(database.url(), tempfile::tempdir().unwrap(), Some(database))
    }

    fn over(store: String, folder: TempDir, database: Option<Database>) -> Self {
        let night = Date::last_night_before(system_clock());
        let app = App::open(store.parse::<StoreUrl>().unwrap().open().unwrap(), system_clock);
        let app = app.unwrap();
        begin(
            &app,
            [
                site_of("Un Habitat", "UN-0001", 2.35, 48.85),
                site_of("Deux Logis", "DL-0001", 2.38, 48.86),
                site_of("Trois Toits", "TT-0001", 2.39, 48.87),
            ],
        );
        let begins = night.night().from.unwrap();
        let happened = [(1, "UN-0001"), (2, "UN-0001"), (3, "UN-0001"), (4, "DL-0001")];
        let incidents = happened.map(|(hour, site)| NewIncident {
            kind: "OCC-HAL".parse().unwrap(),
            channel: Channel::Call,
            status: Status::Closed,
            reported_at: Some(begins.plus_seconds(3600 * hour)),
            whereabouts: Whereabouts::Site { code: site.parse().unwrap(), building: None },
            key: None,
        });
        let taken = app.receive_incidents(incidents.into());
        let taken = actix_web::rt::System::new().block_on(taken).unwrap();
        taken.into_iter().for_each(|one| drop(one.unwrap()));
        app.close();
        Self { store, _folder: folder, _database: database, night }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        vigie().args(arguments).args(["--store", &self.store]).output().unwrap()
    }

    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn has_mailboxes(&self, landlords: &[&str]) {
        for landlord in landlords {
            let address = format!("astreinte@{landlord}.example");
            self.says(&["mailbox", "set", landlord, &address]);
        }
    }

    /// The register.
    #[track_caller]
    fn sent(&self) -> Vec<Value> {
        serde_json::from_str(&self.says(&["report", "sent", "--json"])).unwrap()
    }

    /// What the register says of a landlord.
    #[track_caller]
    fn entry(&self, landlord: &str) -> Value {
        let of_landlord = |one: &Value| one["landlord"] == landlord;
        self.sent().into_iter().find(of_landlord).unwrap_or_default()
    }

    #[track_caller]
    fn wait_for_state(&self, landlord: &str, state: &str) -> Value {
        wait_until(&format!("{landlord} is {state}"), || self.entry(landlord)["state"] == state);
        self.entry(landlord)
    }

    /// A server that waits so long for an answer.
    fn server(&self, office: &PostOffice, patience_s: u32) -> Server {
        Server::start_with(&self.store, "127.0.0.1:0", &options(office, patience_s))
    }
}

/// Enough for an answer of a busy machine, where nothing is to be tried again.
const PATIENT_S: u32 = 20;
/// A minute of real life.
const IMPATIENT_S: u32 = 2;

/// How to ask an office without TLS.
fn options(office: &PostOffice, patience_s: u32) -> Vec<String> {
    let (port, patience_s) = (office.port.to_string(), patience_s.to_string());
    let options = ["--smtp-host", "127.0.0.1", "--smtp-port", &port, "--smtp-tls", "none"];
    let from = ["--smtp-from", "bilans@exploitant.example", "--smtp-patience-s", &patience_s];
    options.into_iter().chain(from).map(str::to_owned).collect()
}

fn to(mail: &[Mail], landlord: &str) -> Mail {
    let address = format!("astreinte@{landlord}.example");
    let mut its = mail.iter().filter(|one| one.says("to") == address);
    let one = its.next().unwrap_or_else(|| panic!("nothing to {address}"));
    assert!(its.next().is_none(), "more than one to {address}");
    one.clone()
}

#[test]
fn each_landlord_gets_its_own_night_once_and_nothing_of_another() {
    let (house, office) = (House::new(), PostOffice::open());
    house.has_mailboxes(&["un-habitat", "deux-logis"]);

    let server = house.server(&office, PATIENT_S);

    let mail = office.mail(2);
    let night = house.night;
    for (landlord, name, own, other, count) in [
        ("un-habitat", "Un Habitat", "UN-0001", "DL-0001", 3),
        ("deux-logis", "Deux Logis", "DL-0001", "UN-0001", 1),
    ] {
        let one = to(&mail, landlord);
        let (day, month) = (night.parts().2, night.parts().0);
        let subject = one.says("subject");
        assert!(subject.starts_with("Bilan de la nuit du "), "{subject}");
        assert!(subject.ends_with(&format!(" – {name}")), "{subject}");
        assert!(subject.contains(&month.to_string()) && subject.contains(&day.to_string()));
        assert_eq!(one.says("from"), "Vigie <bilans@exploitant.example>");
        assert_eq!(one.says("auto-submitted"), "auto-generated");
        let id = format!("<bilan.{night}.{landlord}.0@exploitant.example>");
        assert_eq!(one.says("message-id"), id);
        let text = one.says("text");
        assert!(
            text.contains(name) && !text.contains("UN-0001") && !text.contains("OCC"),
            "{text}"
        );

        let (pdf_sha256, pdf) = one.attached(".pdf");
        let (csv_sha256, csv) = one.attached(".csv");
        assert!(pdf.contains(name) && pdf.contains(own), "{pdf}");
        assert_eq!(csv.matches("OCC-HAL").count(), count, "{csv}");
        for words in [&pdf, &csv, &text.to_owned(), &subject.to_owned()] {
            assert!(!words.contains(other), "{landlord} is told of {other}: {words}");
            let others = ["Un Habitat", "Deux Logis", "Trois Toits"];
            let told = others.iter().filter(|other| **other != name && words.contains(**other));
            assert_eq!(told.count(), 0, "{words}");
        }
        let entry = house.wait_for_state(landlord, "sent");
        assert_eq!(entry["night"], night.to_string());
        assert_eq!(entry["mailbox"], format!("astreinte@{landlord}.example"));
        assert_eq!((&entry["reply"], &entry["attempts"]), (&json!(250), &json!(1)));
        assert_eq!(
            (&entry["pdf_sha256"], &entry["csv_sha256"]),
            (&json!(pdf_sha256), &json!(csv_sha256))
        );
    }
    assert_eq!(house.wait_for_state("trois-toits", "to_fetch")["mailbox"], Value::Null);
    drop(server);

    let again = house.server(&office, PATIENT_S);
    house.says(
        &["report", "send", "--all"]
            .map(String::from)
            .iter()
            .chain(&options(&office, PATIENT_S))
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(office.count(), 2, "nothing is sent twice");
    assert!(!again.log().contains("astreinte@"), "{}", again.log());
}

#[test]
fn a_mailbox_that_does_not_exist_is_told_of_and_not_tried_again() {
    let (house, office) = (House::new(), PostOffice::open());
    house.has_mailboxes(&["un-habitat"]);
    office.answers("550 5.1.1 no such mailbox");

    let server = house.server(&office, PATIENT_S);

    let entry = house.wait_for_state("un-habitat", "refused");
    assert_eq!((&entry["reply"], &entry["attempts"]), (&json!(550), &json!(1)));
    wait_until("the log says it", || server.log().contains("will not be"));
    assert!(server.log().contains("ERROR"), "{}", server.log());
    let doctor: Value = serde_json::from_slice(&house.run(&["doctor", "--json"]).stdout).unwrap();
    let finding = doctor.as_array().unwrap().iter().find(|one| one["check"] == "mailings").unwrap();
    assert_eq!(finding["grade"], "warn", "{finding}");
    assert!(finding["found"].as_str().unwrap().contains("un-habitat"), "{finding}");

    office.takes_everything();
    drop(server);
    let _server = house.server(&office, PATIENT_S);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(office.count(), 0, "nobody sends by itself what was refused");
    let send = ["report", "send", "--landlord", "un-habitat", "--again"].map(String::from);
    let send: Vec<String> = send.into_iter().chain(options(&office, PATIENT_S)).collect();
    let said = house.says(&send.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("sent to astreinte@un-habitat.example"), "{said}");
    let night = house.night;
    let id = format!("<bilan.{night}.un-habitat.1@exploitant.example>");
    assert_eq!(office.mail(1)[0].says("message-id"), id, "another id: it is wanted twice");
}

#[test]
fn what_fails_for_a_while_is_tried_again_and_then_taken() {
    let (house, office) = (House::new(), PostOffice::open());
    house.has_mailboxes(&["un-habitat"]);
    office.answers("451 4.3.0 come back later");

    let server = house.server(&office, IMPATIENT_S);

    wait_until("it was asked twice", || office.asked() >= 2);
    assert_eq!(house.entry("un-habitat")["mailbox"], "astreinte@un-habitat.example");
    assert_eq!(office.count(), 0);
    office.takes_everything();
    let entry = house.wait_for_state("un-habitat", "sent");
    assert!(entry["attempts"].as_u64().unwrap() >= 3, "{entry}");
    assert_eq!((&entry["unsure"], &entry["reply"]), (&json!(0), &json!(250)));
    assert_eq!(office.mail(1).len(), 1);
    assert!(server.log().contains("is tried again"), "{}", server.log());
}

#[test]
fn a_mail_server_that_was_down_gets_it_when_it_is_there() {
    let (house, mut office) = (House::new(), PostOffice::closed(false));
    house.has_mailboxes(&["un-habitat", "deux-logis"]);

    let _server = house.server(&office, IMPATIENT_S);

    house.wait_for_state("un-habitat", "waiting");
    assert_eq!(house.entry("un-habitat")["reply"], Value::Null);
    office.start();
    office.mail(2);
    house.wait_for_state("un-habitat", "sent");
    house.wait_for_state("deux-logis", "sent");
}

fn two_servers_send_once(house: &House) {
    let office = PostOffice::open();
    house.has_mailboxes(&["un-habitat", "deux-logis", "trois-toits"]);

    // Two servers, and people who want to send the same at the same time.
    let people = || {
        let mut send = vigie();
        send.args(["report", "send", "--all", "--store", &house.store])
            .args(options(&office, PATIENT_S));
        send.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut impatient: Vec<_> = (0..2).map(|_| people()).collect();
    let servers = [house.server(&office, PATIENT_S), house.server(&office, PATIENT_S)];
    impatient.extend((0..2).map(|_| people()));

    office.mail(3);
    for landlord in ["un-habitat", "deux-logis", "trois-toits"] {
        let entry = house.wait_for_state(landlord, "sent");
        assert_eq!((&entry["attempts"], &entry["unsure"]), (&json!(1), &json!(0)), "{entry}");
    }
    for one in &mut impatient {
        one.wait().unwrap();
    }
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(office.count(), 3);
    drop(servers);
}

#[test]
fn two_servers_over_one_file_send_once() {
    two_servers_send_once(&House::new());
}

#[test]
fn two_servers_over_one_database_send_once() {
    two_servers_send_once(&House::on_postgres());
}

#[test]
fn a_server_that_is_killed_between_sending_and_saying_so_leaves_a_double_that_can_be_told() {
    let (house, office) = (House::new(), PostOffice::open());
    house.has_mailboxes(&["un-habitat"]);
    office.answers("stall");
    let mut server = house.server(&office, IMPATIENT_S);
    // It is in the mailbox, and nobody has been told so.
    wait_until("it is there", || office.count() == 1);

    server.kill();
    assert_eq!(house.entry("un-habitat")["state"], "claimed");
    office.takes_everything();
    let _server = house.server(&office, IMPATIENT_S);

    assert_eq!(office.count(), 1, "nobody sends while the claim holds");
    let entry = house.wait_for_state("un-habitat", "sent");
    assert_eq!((&entry["attempts"], &entry["unsure"]), (&json!(2), &json!(1)), "{entry}");
    let mail = office.mail(2);
    assert_eq!(mail[0].says("message-id"), mail[1].says("message-id"));
}

#[test]
fn the_way_to_a_mail_server_elsewhere_is_under_tls_and_its_password_is_never_told() {
    let (house, office) = (House::new(), PostOffice::sealed());
    house.has_mailboxes(&["un-habitat"]);
    let (ca, secret) = (office.path("ca.crt"), office.path("password"));
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    let send = |host: &str, more: &[&str]| {
        let port = office.port.to_string();
        let mut send = vigie();
        send.args(["report", "send", "--all", "--store", &house.store]);
        send.args(["--smtp-host", host, "--smtp-port", &port, "--smtp-patience-s", "5"]);
        send.args(["--smtp-from", "bilans@exploitant.example", "--log", "trace"]).args(more);
        send
    };
    let fails = |mut send: Command, code: i32, words: &str| {
        let output = send.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(words), "{said}");
        assert!(!said.contains(PASSWORD), "the password is told");
    };
    let password_file = secret.to_str().unwrap();
    let signed_in = ["--smtp-user", USER, "--smtp-password-file", password_file];
    let trusted = ["--smtp-ca", ca.to_str().unwrap()];

    fails(send("mail.example", &["--smtp-tls", "none"]), 2, "on this machine alone");
    fails(send("127.0.0.1", &["--smtp-user", USER]), 2, "goes with a password");
    fails(send("localhost", &signed_in), 1, "certificate");
    assert_eq!(house.entry("un-habitat")["state"], "waiting", "that may pass");
    fails(
        send(
            "localhost",
            &[&trusted[..], &["--smtp-user", USER, "--smtp-password", "wrong"]].concat(),
        ),
        1,
        "535",
    );
    assert_eq!(
        house.entry("un-habitat")["state"],
        "waiting",
        "it is not the mailbox that is wrong"
    );
    assert_eq!(office.count(), 0);

    let output = send("localhost", &[&signed_in[..], &trusted].concat()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains(PASSWORD), "the password is told");
    office.mail(1);
    assert_eq!(house.entry("un-habitat")["attempts"], 3);
}

#[test]
fn a_mailbox_is_that_of_a_post_and_of_a_known_landlord() {
    let house = House::new();
    house.has_mailboxes(&["un-habitat"]);

    for (landlord, address, words) in [
        ("un-habitat", "moussa.diallo@un-habitat.example", "seems to name a person"),
        ("un-habitat", "astreinte", "must be an address"),
        ("quatre-murs", "astreinte@quatre-murs.example", "is not in the stock"),
    ] {
        let output = house.run(&["mailbox", "set", landlord, address]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let list: Value = serde_json::from_str(&house.says(&["mailbox", "list", "--json"])).unwrap();
    assert_eq!(list[0]["address"], "astreinte@un-habitat.example");
    assert_eq!(list.as_array().unwrap().len(), 1);
    house.says(&["mailbox", "clear", "un-habitat"]);
    let list: Value = serde_json::from_str(&house.says(&["mailbox", "list", "--json"])).unwrap();
    assert_eq!(list, json!([]));
}
