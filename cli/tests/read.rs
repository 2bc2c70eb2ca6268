//! `gleaner read`: records of the library as csv, and what it refuses.

mod common;

use common::*;
use gleaner::record::{Entry, Header, Writer, record_len};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A record of `items` readings with 5 floats and a number each.
fn record(period: u32, items: u32) -> Vec<u8> {
    let header = Header {
        model: 0x1234_5678_9abc_def0,
        period,
        seed: 7,
        seen: 8143,
        total: 12.5,
        threshold: 0.25,
        items,
        payload: 24,
    };
    let mut bytes = vec![0; record_len(items as usize, 24)];
    let mut writer = Writer::new(&mut bytes, header).unwrap();
    for number in 0..items {
        let x = [20.5f32, -1e-30, 0.1, f32::MAX, number as f32];
        let mut payload: Vec<u8> = x.iter().flat_map(|x| x.to_le_bytes()).collect();
        payload.extend((number + 100).to_le_bytes());
        let entry = Entry {
            sequence: u64::from(number) * 10,
            score: f64::from(0.1f32),
            weight: 3.0 + f64::from(number),
            payload: &payload,
        };
        writer.push(entry).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn file_of(directory: &Path, name: &str, bytes: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn a_record_becomes_a_table() {
    let directory = directory("read_table");
    let path = file_of(&directory, "a.bin", &record(3, 2));
    let printed = run(&[
        "read",
        &path,
        "--payload",
        "f32*5,u32",
        "--columns",
        "a,b,c,d,e,n",
    ]);
    assert_eq!(
        printed,
        "sequence,score,weight,a,b,c,d,e,n\n\
         0,0.10000000149011612,3.0,20.5,-1e-30,0.1,3.4028235e38,0.0,100\n\
         10,0.10000000149011612,4.0,20.5,-1e-30,0.1,3.4028235e38,1.0,101\n"
    );
}

#[test]
fn every_type_reads_its_bytes() {
    let directory = directory("read_types");
    let path = file_of(&directory, "a.bin", &record(3, 1));
    let row = |payload: &str| {
        cells(&run(&["read", &path, "--payload", payload]))
            .remove(0)
            .split_off(3)
    };
    assert_eq!(row("f32").len(), 6);
    assert_eq!(row("f64").len(), 3);
    assert_eq!(
        row("u8hex"),
        ["0000a441604ca28ecdcccc3dffff7f7f0000000064000000".replace("604ca28e", &hex(-1e-30))]
    );
    assert_eq!(row("u8*20,i32"), {
        let mut bytes: Vec<String> = record(3, 1)[84..104].iter().map(u8::to_string).collect();
        bytes.push("100".to_string());
        bytes
    });
    assert_eq!(row("i8")[3], "65");
    assert_eq!(row("i16")[7], "32639");
    assert_eq!(row("i8")[12], "-1");
    assert_eq!(row("u64").len(), 3);
}

fn hex(x: f32) -> String {
    x.to_le_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn records_follow_one_another_in_files_and_on_standard_input() {
    let directory = directory("read_many");
    let both = [record(0, 2), record(1, 3)].concat();
    let path = file_of(&directory, "both.bin", &both);
    let out = directory.join("out.csv").display().to_string();
    run(&[
        "read",
        &path,
        &path,
        "--payload",
        "f32*5,u32",
        "--header",
        "--out",
        &out,
    ]);
    let text = std::fs::read_to_string(&out).unwrap();
    let comments: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(comments.len(), 4);
    assert_eq!(
        comments[1],
        "# model 1311768467463790320, period 1, seed 7, seen 8143, total score 12.5, threshold 0.25, items 3, payload 24"
    );
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("sequence"))
            .count(),
        1
    );
    assert_eq!(text.lines().count(), 4 + 1 + 10);

    let mut child = Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .args(["read", "-", "--payload", "f32*5,u32"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&both).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(stdout(&output).lines().count(), 1 + 5);
}

#[test]
fn what_is_no_record_is_refused_with_its_place() {
    let directory = directory("read_refused");
    let good = record(0, 2);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = [good.clone(), good.clone()].concat();
        change(&mut bytes);
        bytes
    };
    let second = good.len();
    let cases: [(&str, Vec<u8>, &[&str], &str); 7] = [
        (
            "cut.bin",
            with(&|b| b.truncate(b.len() - 5)),
            &["byte 160", "truncated", "Send the record again"],
            "f32",
        ),
        (
            "short.bin",
            good[..30].to_vec(),
            &["byte 0", "truncated", "30 are there"],
            "f32",
        ),
        (
            "flip.bin",
            with(&|b| b[second + 70] ^= 1),
            &["byte 160", "checksum"],
            "f32",
        ),
        (
            "version.bin",
            with(&|b| b[4] = 9),
            &["byte 0", "version 9"],
            "f32",
        ),
        (
            "other.bin",
            b"not a record at all".to_vec(),
            &["byte 0", "GLNR"],
            "f32",
        ),
        ("empty.bin", Vec::new(), &["empty"], "f32"),
        (
            "payload.bin",
            good.clone(),
            &["byte 0", "24 bytes", "f32*5,u32"],
            "f32*5",
        ),
    ];
    assert_eq!(second, 160);
    for (name, bytes, words, payload) in cases {
        let path = file_of(&directory, name, &bytes);
        let output = gleaner(&["read", &path, "--payload", payload]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert_eq!(stdout(&output), "", "{name}");
        let errors = stderr(&output);
        assert!(errors.contains(name), "{errors}");
        for word in words {
            assert!(errors.contains(word), "{name}: {errors}");
        }
    }
    let output = gleaner(&["read", "nowhere.bin"]);
    assert!(stderr(&output).contains("nowhere.bin"));
    let path = file_of(&directory, "good.bin", &good);
    for bad in [
        ["--payload", "f16"],
        ["--payload", "f32*x"],
        ["--columns", "a,b"],
    ] {
        let output = gleaner(&["read", &path, bad[0], bad[1]]);
        assert_eq!(output.status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn an_empty_record_of_huge_payloads_is_refused_in_a_sentence() {
    let directory = directory("read_huge");
    let header = Header {
        payload: u32::MAX,
        ..Header::default()
    };
    let mut bytes = vec![0; record_len(0, 0)];
    Writer::new(&mut bytes, header).unwrap().finish().unwrap();
    let path = file_of(&directory, "a.bin", &bytes);
    let message = fail(&["read", &path, "--payload", "f32"], 1);
    assert!(message.contains("--payload u8hex"), "{message}");
}
