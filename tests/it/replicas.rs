//! Many servers over one database: each shows what any of them took, and none loses anything.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    cutting_proxy::CuttingProxy,
    postgres_cluster::{Cluster, Database},
    server::{Server, import_sites, post, put, wait_until},
};

/// What a server shows, without what depends on the moment of asking.
fn shown(server: &Server) -> Vec<Value> {
    let lists = ["sites", "buildings", "landlords", "incidents", "patrols", "heatmap?cell=site"];
    let mut shown: Vec<Value> = lists
        .iter()
        .map(|list| {
            let answer = server.get(&format!("/api/v1/{list}"));
            assert_eq!(answer.status, 200, "{list}: {}", answer.text());
            answer.json()
        })
        .collect();
    for list in &mut shown {
        list["timeStamp"].take();
        for feature in list["features"].as_array_mut().unwrap() {
            feature["properties"]["position_age_s"].take();
        }
    }
    shown
}

#[track_caller]
fn show_the_same(one: &Server, other: &Server) {
    wait_until("both have the same events", || one.seq() == other.seq());
    wait_until("both show the same", || shown(one) == shown(other));
}

/// The given part, such as 0.5, of ordered durations, in milliseconds.
fn quantile_ms(durations: &[Duration], part: f64) -> f64 {
    let index = (durations.len() - 1) as f64 * part;
    durations[index.round() as usize].as_secs_f64() * 1e3
}

#[test]
fn a_server_shows_what_another_one_took_and_its_own_at_once() {
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let servers = [Server::start(&database.url()), Server::start(&database.url())];
    let mut lags = Vec::new();

    for number in 0..200 {
        let (taking, following) = (&servers[number % 2], &servers[1 - number % 2]);
        let answer = taking.report("PH-0002", &number.to_string());
        let taken_at = Instant::now();
        assert_eq!(answer.status, 201, "{}", answer.text());
        let seq = answer.json()["seq"].as_u64().unwrap();
        while following.seq() < seq {
            assert!(taken_at.elapsed() < Duration::from_secs(60), "the other does not follow");
        }
        lags.push(taken_at.elapsed());
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        for server in &servers {
            assert_eq!(server.get(&format!("/api/v1/incidents/{id}")).status, 200);
        }
    }

    let position = json!({"lon": 2.302, "lat": 48.85, "recorded_at": "2026-01-01T00:00:00Z"});
    let patrol = json!({"callsign": "Lima 1", "status": "available", "position": position});
    assert!(put(&servers[0].address, "/api/v1/patrols/lima-1", &patrol).status < 300);
    show_the_same(&servers[0], &servers[1]);
    lags.sort_unstable();
    eprintln!(
        "from an answer to its sight on another server: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        quantile_ms(&lags, 0.5),
        quantile_ms(&lags, 0.99),
        quantile_ms(&lags, 1.0)
    );
}

#[test]
fn numbers_have_no_gap_and_keys_no_twin_while_three_servers_take_reports() {
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let servers: Vec<Server> = (0..3).map(|_| Server::start(&database.url())).collect();

    // Two clients a server; every key is asked of every server.
    std::thread::scope(|scope| {
        for client in 0..6 {
            let server = &servers[client % 3];
            scope.spawn(move || {
                for number in 0..60 {
                    let answer = server.report("PH-0001", &format!("{}/{number}", client / 3));
                    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
                    let id = answer.json()["id"].as_str().unwrap().to_owned();
                    let own = server.get(&format!("/api/v1/incidents/{id}"));
                    assert_eq!(own.status, 200, "a server has what it answered");
                }
            });
        }
    });

    let held = database.sql(
        "SELECT count(*), min(seq), max(seq), count(DISTINCT incident), (SELECT count(*) FROM vigie.incident) \
         FROM vigie.event WHERE fact = 'incident'",
    );
    assert_eq!(held, "120|3|122|120|120");
    for server in &servers[1..] {
        show_the_same(&servers[0], server);
    }
    assert_eq!(servers[0].incidents(), 120);
}

#[test]
fn a_follower_loses_nothing_by_a_lost_connection() {
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let taking = Server::start(&database.url());
    let proxy = CuttingProxy::before(database.cluster.port());
    let following = Server::start(&database.url_at("127.0.0.1", proxy.port));
    let mut number = 0;
    let mut take_some = || {
        for _ in 0..20 {
            number += 1;
            assert_eq!(taking.report("PH-0003", &number.to_string()).status, 201);
        }
    };

    take_some();
    show_the_same(&taking, &following);
    proxy.cut();
    take_some();
    show_the_same(&taking, &following);

    // Away for a while: every notification is missed.
    proxy.refuse();
    take_some();
    proxy.heal();
    show_the_same(&taking, &following);

    // The connection that listens is ended by the database, whichever it is.
    for _ in 0..3 {
        database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE '%LISTEN%'",
        );
        take_some();
        show_the_same(&taking, &following);
    }

    // A restart catches up too.
    drop(following);
    take_some();
    show_the_same(&taking, &Server::start(&database.url()));
}

#[test]
fn a_server_that_stands_still_in_the_middle_of_its_work_does_not_hold_up_the_others() {
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let (stuck, other) = (Server::start(&database.url()), Server::start(&database.url()));
    let (ended, stopped) = (AtomicBool::new(false), AtomicUsize::new(0));

    std::thread::scope(|scope| {
        for client in 0..4 {
            let (stuck, ended) = (&stuck, &ended);
            scope.spawn(move || {
                for number in 0.. {
                    let _ = crate::server::report(
                        &stuck.address,
                        "PH-0001",
                        &format!("{client}/{number}"),
                    );
                    if ended.load(SeqCst) {
                        return;
                    }
                }
            });
        }
        // Again and again, until it is likely to have stood still inside a transaction.
        for round in 0..10 {
            sleep(Duration::from_millis(50));
            stuck.signal("STOP");
            wait_until("the other takes a report", || {
                let answer = other.report("PH-0002", &format!("other/{round}"));
                matches!(answer.status, 200 | 201)
            });
            let waits = database.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' \
                 AND datname = current_database()",
            );
            stopped.fetch_add(waits.parse().unwrap(), SeqCst);
            stuck.signal("CONT");
        }
        ended.store(true, SeqCst);
    });

    show_the_same(&stuck, &other);
    let held = database.sql("SELECT count(*) - max(seq) FROM vigie.event");
    assert_eq!(held, "0", "numbers without a gap");
}

#[test]
fn positions_pour_into_every_server_and_the_table_stays_small() {
    const PATROLS: usize = 200;
    const BATCHES: usize = 40;
    let database = Database::fresh();
    import_sites(&database.url(), 3);
    let servers = [Server::start(&database.url()), Server::start(&database.url())];
    for patrol in 0..PATROLS {
        let body = json!({"callsign": format!("P {patrol}"), "status": "available"});
        put(&servers[patrol % 2].address, &format!("/api/v1/patrols/p-{patrol}"), &body);
    }
    wait_until("both know all patrols", || {
        servers.iter().all(|server| {
            let list = server.get("/api/v1/patrols").json();
            list["features"].as_array().map(Vec::len) == Some(PATROLS)
        })
    });

    let began = Instant::now();
    std::thread::scope(|scope| {
        for (half, server) in servers.iter().enumerate() {
            scope.spawn(move || {
                for batch in 0..BATCHES {
                    // Both send for every patrol; the later one of a patrol counts, whoever took it.
                    let fixes: Vec<Value> = (0..1000)
                        .map(|number| {
                            let order = (batch * 1000 + number) * 2 + half;
                            let (patrol, ms) = (number % PATROLS, order % 1000);
                            let second = order / 1000;
                            let (minute, second) = (second / 60, second % 60);
                            json!({
                                "patrol": format!("p-{patrol}"),
                                "lon": 2.3 + order as f64 * 1e-7, "lat": 48.85,
                                "recorded_at": format!("2026-01-01T00:{minute:02}:{second:02}.{ms:03}Z"),
                            })
                        })
                        .collect();
                    let answer = post(&server.address, "/api/v1/positions", &[], &json!(fixes));
                    let answer = answer.unwrap();
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    assert_eq!(answer.json()["refused"], json!([]));
                }
            });
        }
    });
    let rate = (2 * BATCHES * 1000) as f64 / began.elapsed().as_secs_f64();

    show_the_same(&servers[0], &servers[1]);
    let held = database.sql(
        "SELECT count(*), count(DISTINCT patrol), \
                pg_total_relation_size('vigie.position') / 1024 FROM vigie.position",
    );
    let columns: Vec<usize> = held.split('|').map(|number| number.parse().unwrap()).collect();
    assert_eq!(columns[..2], [PATROLS, PATROLS], "one row a patrol");
    assert!(columns[2] < 4096, "{} KiB for {PATROLS} rows", columns[2]);
    let last: BTreeSet<String> = database
        .sql("SELECT DISTINCT date_trunc('second', recorded_at) FROM vigie.position")
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(last.len() <= 2, "the last positions: {last:?}");
    eprintln!("{rate:.0} positions/s into two servers; {} KiB for {PATROLS} rows", columns[2]);
}

#[test]
fn a_server_over_a_standby_reads_and_goes_on_writing_once_it_is_promoted() {
    let cluster = Cluster::new();
    let database = cluster.database();
    import_sites(&database.url(), 3);
    let standby = cluster.standby();
    let taking = Server::start(&database.url());
    assert_eq!(taking.report("PH-0001", "first").status, 201);

    let reading = Server::start(&database.url_on(&standby));
    assert_eq!(taking.report("PH-0001", "second").status, 201);
    show_the_same(&taking, &reading);
    let refused = reading.report("PH-0001", "third");
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(reading.log().contains("read-only replica"), "{}", reading.log());

    drop(taking);
    cluster.kill();
    standby.promote();
    wait_until("it writes", || matches!(reading.report("PH-0001", "third").status, 200 | 201));
    assert_eq!(reading.incidents(), 3);
}

#[test]
fn a_server_that_knows_both_hosts_goes_over_to_the_new_primary() {
    let cluster = Cluster::new();
    let database = cluster.database();
    import_sites(&database.url(), 3);
    let standby = cluster.standby();
    let both = database.url_over(&standby);
    let server = Server::start(&both);
    assert_eq!(server.report("PH-0001", "first").status, 201);
    wait_until("the standby has it", || {
        database.sql_on(&standby, "SELECT count(*) FROM vigie.incident") == "1"
    });

    cluster.kill();
    assert_eq!(server.incidents(), 1, "reading goes on");
    assert_eq!(server.report("PH-0001", "second").status, 503);
    standby.promote();

    wait_until("it writes", || matches!(server.report("PH-0001", "second").status, 200 | 201));
    assert_eq!(server.incidents(), 2);
}
