//! Descriptors by hand and at random: what is not edited comes back byte for byte, what is edited lands in its place.

use proptest::prelude::*;

use super::access::{Decision, Token, check, maximum};
use super::ace::{flag, right};
use super::inherit::{Child, from_parent, inherited, propagate};
use super::*;

/// A list of ACEs as bytes.
fn list(aces: &[Vec<u8>], spare: usize) -> Vec<u8> {
    let size = 8 + aces.iter().map(Vec::len).sum::<usize>() + spare;
    let mut bytes = vec![4, 0];
    bytes.extend((size as u16).to_le_bytes());
    bytes.extend((aces.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    aces.iter().for_each(|ace| bytes.extend(ace));
    bytes.resize(bytes.len() + spare, 0);
    bytes
}

/// A descriptor whose parts stand in `order`, each behind `gap` bytes.
fn assemble(flags: u16, parts: [Option<Vec<u8>>; 4], order: [usize; 4], gap: usize) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[0] = 1;
    bytes[2..4].copy_from_slice(&(flags | control::SELF_RELATIVE).to_le_bytes());
    for index in order {
        let Some(part) = &parts[index] else { continue };
        bytes.extend(std::iter::repeat_n(0xcc, gap));
        let offset = bytes.len() as u32;
        bytes[4 + 4 * index..8 + 4 * index].copy_from_slice(&offset.to_le_bytes());
        bytes.extend(part);
    }
    bytes
}

fn with_dacl(flags: u16, aces: &[Ace]) -> Descriptor {
    let owner = well_known::administrators().as_bytes().to_vec();
    let dacl = list(
        &aces
            .iter()
            .map(|ace| ace.as_bytes().to_vec())
            .collect::<Vec<_>>(),
        0,
    );
    let parts = [Some(owner.clone()), Some(owner), None, Some(dacl)];
    Descriptor::parse(&assemble(
        flags | control::DACL_PRESENT,
        parts,
        [0, 1, 2, 3],
        0,
    ))
    .unwrap()
}

const BOTH: u8 = flag::OBJECT_INHERIT | flag::CONTAINER_INHERIT;

fn pool() -> Sid {
    Sid::app_pool("Shop")
}

fn worker() -> Token {
    Token::worker_process(&pool(), [])
}

#[test]
fn null_and_empty_are_told_apart() {
    let null = assemble(
        control::DACL_PRESENT,
        [None, None, None, None],
        [0, 1, 2, 3],
        0,
    );
    let null = Descriptor::parse(&null).unwrap();
    assert_eq!(null.dacl(), Dacl::Open);
    assert_eq!(null.to_sddl(), "D:NO_ACCESS_CONTROL");
    assert_eq!(check(&null, &worker(), right::FULL), Decision::Granted);
    let mut closed = null.clone();
    assert_eq!(
        closed.insert(Ace::allow(&pool(), right::FULL, 0)),
        Err(DescriptorError::NoDacl)
    );
    assert_eq!(closed, null);

    let empty = with_dacl(0, &[]);
    assert!(matches!(empty.dacl(), Dacl::List(list) if list.aces().is_empty()));
    assert_eq!(empty.to_sddl(), "O:BAG:BAD:");
    assert_eq!(
        check(&empty, &worker(), right::READ),
        Decision::Missing {
            rights: right::READ
        }
    );
}

#[test]
fn order_of_entries_decides() {
    let users = well_known::users();
    let deny = Ace::deny(&users, 0x1, 0);
    let allow = Ace::allow(&pool(), right::READ_EXECUTE, 0);
    let denied = with_dacl(0, &[deny.clone(), allow.clone()]);
    assert_eq!(
        check(&denied, &worker(), right::READ_EXECUTE),
        Decision::Denied { ace: 0 }
    );
    assert_eq!(maximum(&denied, &worker()), right::READ_EXECUTE & !1);
    let granted = with_dacl(0, &[allow, deny]);
    assert_eq!(
        check(&granted, &worker(), right::READ_EXECUTE),
        Decision::Granted
    );
    // an entry that only children inherit does not count here
    let below = with_dacl(
        0,
        &[Ace::allow(&pool(), right::FULL, BOTH | flag::INHERIT_ONLY)],
    );
    assert_eq!(maximum(&below, &worker()), 0);
}

#[test]
fn owners_may_read_and_change_the_list() {
    let owner = well_known::administrators();
    let token = Token::new(&owner, []);
    assert_eq!(
        maximum(&with_dacl(0, &[]), &token),
        right::READ_CONTROL | right::WRITE_DAC
    );
    let restricted = with_dacl(
        0,
        &[Ace::allow(
            &well_known::owner_rights(),
            right::READ_CONTROL,
            0,
        )],
    );
    assert_eq!(maximum(&restricted, &token), right::READ_CONTROL);
}

#[test]
fn a_new_entry_stands_in_canonical_order() {
    let users = well_known::users();
    let mut descriptor = with_dacl(
        control::DACL_AUTO_INHERITED,
        &[
            Ace::deny(&users, 2, 0),
            Ace::allow(&users, right::READ, 0),
            Ace::deny(&users, 4, flag::INHERITED),
            Ace::allow(&users, right::READ, flag::INHERITED),
        ],
    );
    let before = descriptor.aces().to_vec();
    let new = Ace::allow(&pool(), right::READ_EXECUTE, BOTH);
    descriptor.insert(new.clone()).unwrap();
    assert_eq!(descriptor.aces()[2], new);
    assert_eq!(
        descriptor.control() & 0x7fff,
        control::DACL_PRESENT | control::DACL_AUTO_INHERITED
    );
    let handed_on = Ace::allow(&pool(), right::READ_EXECUTE, flag::INHERITED);
    descriptor
        .insert_inherited(handed_on.clone(), None)
        .unwrap();
    assert_eq!(descriptor.aces()[4], handed_on);
    let kept: Vec<Ace> = descriptor
        .aces()
        .iter()
        .filter(|ace| **ace != new && **ace != handed_on)
        .cloned()
        .collect();
    assert_eq!(kept, before);
}

#[test]
fn padding_inside_a_list_is_used_before_it_grows() {
    let aces = vec![
        Ace::allow(&well_known::users(), right::READ, 0)
            .as_bytes()
            .to_vec(),
    ];
    let owner = well_known::users().as_bytes().to_vec();
    let parts = [Some(owner), None, None, Some(list(&aces, 4000))];
    let bytes = assemble(control::DACL_PRESENT, parts, [3, 0, 1, 2], 0);
    let mut descriptor = Descriptor::parse(&bytes).unwrap();
    assert_eq!(descriptor.to_bytes(), bytes);
    descriptor
        .insert(Ace::allow(&pool(), right::READ, 0))
        .unwrap();
    assert_eq!(descriptor.to_bytes().len(), bytes.len());
    assert_eq!(
        Descriptor::parse(&descriptor.to_bytes()).unwrap(),
        descriptor
    );
}

#[test]
fn a_full_list_refuses() {
    let many = vec![Ace::allow(&pool(), 1, 0); 1600];
    let mut descriptor = with_dacl(0, &many);
    let mut refused = None;
    for mask in 0..100 {
        refused = refused.or(descriptor.insert(Ace::allow(&pool(), mask, 0)).err());
    }
    assert_eq!(
        refused,
        Some(DescriptorError::Acl {
            part: "DACL",
            source: AclError::Full
        })
    );
    assert_eq!(
        Descriptor::parse(&descriptor.to_bytes()).unwrap(),
        descriptor
    );
}

#[test]
fn shared_and_overlapping_parts() {
    let owner = well_known::users().as_bytes().to_vec();
    let mut bytes = assemble(0, [Some(owner), None, None, None], [0, 1, 2, 3], 0);
    bytes[8] = 20;
    let shared = Descriptor::parse(&bytes).unwrap();
    assert_eq!(
        (shared.owner(), shared.to_bytes()),
        (shared.group(), bytes.clone())
    );
    bytes[8] = 24;
    bytes.extend([0; 64]);
    assert!(Descriptor::parse(&bytes).is_err());
    for bad in [&bytes[..10], &[2; 40][..], &[1; 20][..]] {
        assert!(Descriptor::parse(bad).is_err());
    }
}

#[test]
fn inheritance_by_flags() {
    let sid = pool();
    let from =
        |flags: u8, child| inherited(&Ace::allow(&sid, right::READ, flags), child, None, None);
    let flags = |flags: u8, child| {
        from(flags, child)
            .iter()
            .map(Ace::flags)
            .collect::<Vec<_>>()
    };
    let (oi, ci, np, io, id) = (
        flag::OBJECT_INHERIT,
        flag::CONTAINER_INHERIT,
        flag::NO_PROPAGATE,
        flag::INHERIT_ONLY,
        flag::INHERITED,
    );
    assert_eq!(flags(0, Child::File), [0; 0]);
    assert_eq!(flags(oi, Child::File), [id]);
    assert_eq!(flags(ci, Child::File), [0; 0]);
    assert_eq!(flags(oi | ci | io, Child::File), [id]);
    assert_eq!(flags(oi | np, Child::File), [id]);
    assert_eq!(flags(oi, Child::Folder), [oi | io | id]);
    assert_eq!(flags(oi | np, Child::Folder), [0; 0]);
    assert_eq!(flags(ci, Child::Folder), [ci | id]);
    assert_eq!(flags(oi | ci | io, Child::Folder), [oi | ci | id]);
    assert_eq!(flags(oi | ci | np, Child::Folder), [id]);
}

#[test]
fn placeholders_become_two_entries_in_a_folder() {
    let creator = Ace::allow(
        &well_known::creator_owner(),
        right::GENERIC_ALL,
        BOTH | flag::INHERIT_ONLY,
    );
    let owner = well_known::users();
    let got = inherited(&creator, Child::Folder, Some(&owner), None);
    assert_eq!(got[0], Ace::allow(&owner, right::FULL, flag::INHERITED));
    assert_eq!(
        got[1],
        creator.with_flags(BOTH | flag::INHERIT_ONLY | flag::INHERITED)
    );
    let file = inherited(&creator, Child::File, Some(&owner), None);
    assert_eq!(file, [Ace::allow(&owner, right::FULL, flag::INHERITED)]);
}

#[test]
fn propagation_adds_only_what_is_missing() {
    let users = well_known::users();
    let mut parent = with_dacl(0, &[Ace::allow(&users, right::READ, BOTH)]);
    let mut child = with_dacl(0, &[Ace::allow(&users, right::READ, flag::INHERITED)]);
    parent
        .insert(Ace::allow(&pool(), right::READ_EXECUTE, BOTH))
        .unwrap();
    assert_eq!(propagate(&parent, &mut child, Child::File, |_| true), Ok(1));
    assert_eq!(child.aces(), from_parent(&parent, Child::File, None, None));
    let done = child.clone();
    assert_eq!(propagate(&parent, &mut child, Child::File, |_| true), Ok(0));
    assert_eq!(child, done);
    let mut cut = with_dacl(control::DACL_PROTECTED, &[]);
    assert_eq!(propagate(&parent, &mut cut, Child::File, |_| true), Ok(0));
}

#[test]
fn text_form() {
    let descriptor = with_dacl(
        control::DACL_AUTO_INHERITED | control::DACL_PROTECTED,
        &[
            Ace::deny(&pool(), right::WRITE, 0),
            Ace::allow(
                &well_known::users(),
                right::READ_EXECUTE,
                BOTH | flag::INHERITED,
            ),
            Ace::allow(
                &well_known::authenticated_users(),
                0xe001_0000,
                flag::INHERIT_ONLY,
            ),
        ],
    );
    let pool = pool();
    let expected =
        format!("O:BAG:BAD:PAI(D;;FW;;;{pool})(A;OICIID;0x1200a9;;;BU)(A;IO;SDGXGWGR;;;AU)");
    assert_eq!(descriptor.to_sddl(), expected);
}

/// What mkntfs gives the root folder (a list with room to 4 KiB) and its own files, and what Samba gives a new folder and
/// file: read out of a fresh volume and of `security.NTACL`, whose offsets count from 160 bytes before.
#[test]
fn made_by_others() {
    let bytes = |hex: &str| -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
        let (pairs, _) = digits.as_chunks::<2>();
        pairs
            .iter()
            .map(|[high, low]| u8::try_from(high * 16 + low).unwrap())
            .collect()
    };
    let mut root = bytes(ROOT_OF_MKNTFS);
    root.resize(20 + 4096, 0);
    root.extend([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0].repeat(2));
    let all = [
        (root, 8),
        (bytes(MFT_OF_MKNTFS), 2),
        (bytes(VOLUME_OF_MKNTFS), 2),
        (bytes(FOLDER_OF_SAMBA), 5),
        (bytes(FILE_OF_SAMBA), 3),
    ];
    for (bytes, aces) in all {
        let descriptor = Descriptor::parse(&bytes).unwrap();
        assert_eq!(descriptor.to_bytes(), bytes);
        assert_eq!(descriptor.aces().len(), aces);
        // one entry more, and it is gone again
        let entry = Ace::allow(&pool(), right::READ_EXECUTE, 0);
        let mut edited = descriptor.clone();
        edited.insert(entry.clone()).unwrap();
        assert_eq!(
            access::check(&edited, &worker(), right::READ_EXECUTE),
            Decision::Granted
        );
        let mut again = Descriptor::parse(&edited.to_bytes()).unwrap();
        assert_eq!(again.remove(|ace| *ace == entry), 1);
        assert_eq!(again.aces(), descriptor.aces());
        assert_eq!(again.owner(), descriptor.owner());
    }
}

const ROOT_OF_MKNTFS: &str = "0100048014100000201000000000000014000000020000100800000000001800ff011f000102000000000005200000002002\
        0000000b1800000000100102000000000005200000002002000000001400ff011f00010100000000000512000000000b1400\
        0000001001010000000000051200000000001400bf01130001010000000000050b000000000b1400000001e0010100000000\
        00050b00000000001800a900120001020000000000052000000021020000000b1800000000a0010200000000000520000000\
        21020000";
const MFT_OF_MKNTFS: &str = "0100048048000000580000000000000014000000020034000200000000001400890012000101000000000005120000000000\
        1800890012000102000000000005200000002002000001020000000000052000000020020000010200000000000520000000\
        20020000";
const VOLUME_OF_MKNTFS: &str = "01000480480000005400000000000000140000000200340002000000000014009f0112000101000000000005120000000000\
        18009f0112000102000000000005200000002002000001010000000000051200000001020000000000052000000020020000";
const FOLDER_OF_SAMBA: &str = "010004801400000030000000000000004c0000000105000000000005150000002a7fb30409c9d2327755de39e80300000105\
        000000000005150000002a7fb30409c9d2327755de390102000002008c000500000000002400ff011f000105000000000005\
        150000002a7fb30409c9d2327755de39e8030000000b1400ff011f0001010000000000030000000000002400a90012000105\
        000000000005150000002a7fb30409c9d2327755de3901020000000b1400a900120001010000000000030100000000031400\
        a9001200010100000000000100000000";
const FILE_OF_SAMBA: &str = "010004801400000030000000000000004c0000000105000000000005150000002a7fb30409c9d2327755de39e80300000105\
        000000000005150000002a7fb30409c9d2327755de3901020000020064000300000000002400ff011f000105000000000005\
        150000002a7fb30409c9d2327755de39e803000000002400a90012000105000000000005150000002a7fb30409c9d2327755\
        de390102000000001400a9001200010100000000000100000000";

/// Any kind of ACE with a SID and something behind it, and some that are nothing but bytes.
fn any_ace() -> impl Strategy<Value = Vec<u8>> {
    let known = (
        0u8..0x16,
        any::<u8>(),
        any::<u32>(),
        0usize..5,
        proptest::collection::vec(any::<u8>(), 0..20),
    );
    let known = known.prop_map(|(kind, flags, mask, subs, extra)| {
        let mut body = mask.to_le_bytes().to_vec();
        if matches!(kind, 5..=8 | 0x0b | 0x0c | 0x0f | 0x10) {
            body.extend([1, 0, 0, 0]);
            body.extend([0xab; 16]);
        }
        body.extend(Sid::of(5, &[7; 5][..subs]).as_bytes());
        body.extend(extra);
        body.resize(body.len().next_multiple_of(4), 0);
        let mut ace = vec![kind, flags];
        ace.extend((body.len() as u16 + 4).to_le_bytes());
        ace.extend(body);
        ace
    });
    let opaque = (any::<u8>(), any::<u8>(), 0usize..40).prop_map(|(kind, flags, extra)| {
        let mut ace = vec![kind, flags];
        ace.extend((extra as u16 + 4).to_le_bytes());
        ace.resize(extra + 4, 0x5a);
        ace
    });
    prop_oneof![4 => known, 1 => opaque]
}

fn any_list() -> impl Strategy<Value = Option<Vec<u8>>> {
    proptest::option::of(
        (proptest::collection::vec(any_ace(), 0..12), 0usize..64)
            .prop_map(|(aces, room)| list(&aces, room)),
    )
}

fn any_sid() -> impl Strategy<Value = Option<Vec<u8>>> {
    let sid = (
        0u64..1 << 48,
        proptest::collection::vec(any::<u32>(), 0..16),
    );
    proptest::option::of(
        sid.prop_map(|(authority, subs)| Sid::of(authority, &subs).as_bytes().to_vec()),
    )
}

fn any_descriptor() -> impl Strategy<Value = Vec<u8>> {
    let order = Just([0, 1, 2, 3]).prop_shuffle();
    (
        any::<u16>(),
        any_sid(),
        any_sid(),
        any_list(),
        any_list(),
        order,
        0usize..9,
    )
        .prop_map(|(flags, owner, group, sacl, dacl, order, gap)| {
            assemble(flags, [owner, group, sacl, dacl], order, gap)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn unchanged_byte_for_byte(bytes in any_descriptor()) {
        let descriptor = Descriptor::parse(&bytes).unwrap();
        prop_assert_eq!(descriptor.to_bytes(), bytes);
        descriptor.to_sddl();
    }

    #[test]
    fn an_edit_keeps_everything_else(bytes in any_descriptor(), deny: bool) {
        let mut descriptor = Descriptor::parse(&bytes).unwrap();
        let before = descriptor.clone();
        let ace = if deny { Ace::deny(&pool(), 1, 0) } else { Ace::allow(&pool(), right::FULL, BOTH) };
        if descriptor.insert(ace.clone()).is_ok() {
            let again = Descriptor::parse(&descriptor.to_bytes()).unwrap();
            prop_assert_eq!(&again, &descriptor);
            prop_assert_eq!(again.control(), before.control());
            prop_assert_eq!(again.owner(), before.owner());
            prop_assert_eq!(again.sacl(), before.sacl());
            let place = again.aces().iter().position(|other| *other == ace).unwrap();
            let mut others = again.aces().to_vec();
            others.remove(place);
            prop_assert_eq!(others, before.aces());
        } else {
            prop_assert_eq!(descriptor, before);
        }
    }

    #[test]
    fn a_grant_never_takes_rights_away(bytes in any_descriptor(), mask: u32) {
        let mut descriptor = Descriptor::parse(&bytes).unwrap();
        let had = maximum(&descriptor, &worker());
        if descriptor.insert(Ace::allow(&pool(), mask, BOTH)).is_ok() {
            prop_assert_eq!(maximum(&descriptor, &worker()) & had, had);
        }
    }

    #[test]
    fn check_and_maximum_agree(bytes in any_descriptor(), mask: u32) {
        let descriptor = Descriptor::parse(&bytes).unwrap();
        if let Dacl::List(_) = descriptor.dacl() {
            let granted = check(&descriptor, &worker(), mask) == Decision::Granted;
            prop_assert_eq!(granted, mask & !maximum(&descriptor, &worker()) == 0);
        }
    }

    #[test]
    fn hostile_bytes_never_panic(mut bytes in any_descriptor(), cut: prop::sample::Index, at: prop::sample::Index, new: u8) {
        let place = at.index(bytes.len());
        bytes[place] = new;
        bytes.truncate(cut.index(bytes.len() + 1));
        if let Ok(mut descriptor) = Descriptor::parse(&bytes) {
            assert_eq!(descriptor.to_bytes(), bytes);
            maximum(&descriptor, &worker());
            descriptor.to_sddl();
            let parent = descriptor.clone();
            let _ = propagate(&parent, &mut descriptor, Child::Folder, |_| true);
        }
    }
}
