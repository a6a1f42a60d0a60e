//! The resource section in the layout that Microsoft's `cvtres` gives to the linker: the directory in `.rsrc$01`,
//! the data in `.rsrc$02`. Both linkers join them, in that order, to the section `.rsrc` and name it in the header.
//! Layout of the directory: "PE Format", section ".rsrc", and `winnt.h` (`IMAGE_RESOURCE_DIRECTORY` and the like).

/// Puts the manifest and the version of the calling package into its executable. Once in a program, at module level.
#[macro_export]
macro_rules! embed {
    () => {
        mod windows_resource {
            const NAME: &str = ::core::env!("CARGO_PKG_NAME");
            const NUMBER: &str = ::core::env!("CARGO_PKG_VERSION");
            const VERSION_LENGTH: usize = $crate::version::length(NAME, NUMBER);
            const MANIFEST_LENGTH: usize = $crate::MANIFEST.len();

            // SAFETY: `.rsrc$02` is read-only initialised data in every linker, as a static without interior mutability
            // needs; nothing else of the program has a part in it.
            #[used]
            #[unsafe(link_section = ".rsrc$02")]
            static VERSION: $crate::Aligned<[u8; VERSION_LENGTH]> =
                $crate::Aligned($crate::version::resource(NAME, NUMBER));
            // SAFETY: as above.
            #[used]
            #[unsafe(link_section = ".rsrc$02")]
            static MANIFEST: $crate::Aligned<[u8; MANIFEST_LENGTH]> =
                $crate::Aligned($crate::manifest());

            // SAFETY: data directives alone, in a section of their own; no code and no symbol is defined.
            ::core::arch::global_asm!(
                ".pushsection .rsrc$01,\"dr\"",
                ".p2align 2",
                // Each directory: characteristics, time, version; then how many named entries (none) and numbered ones.
                // 0: the root, by type: 16 is RT_VERSION, 24 is RT_MANIFEST; the high bit says "another directory".
                ".long 0, 0, 0",
                ".short 0, 2",
                ".long 16, 0x80000000 + 32",
                ".long 24, 0x80000000 + 56",
                // 32 and 56: by name: 1 is VS_VERSION_INFO and CREATEPROCESS_MANIFEST_RESOURCE_ID.
                ".long 0, 0, 0",
                ".short 0, 1",
                ".long 1, 0x80000000 + 80",
                ".long 0, 0, 0",
                ".short 0, 1",
                ".long 1, 0x80000000 + 104",
                // 80 and 104: by language: 0x409 is US English.
                ".long 0, 0, 0",
                ".short 0, 1",
                ".long 0x409, 128",
                ".long 0, 0, 0",
                ".short 0, 1",
                ".long 0x409, 144",
                // 128 and 144: where the data is in the loaded image, its length, code page (unused), reserved.
                ".rva {version}",
                ".long {version_length}, 0, 0",
                ".rva {manifest}",
                ".long {manifest_length}, 0, 0",
                ".popsection",
                version = sym VERSION,
                version_length = const VERSION_LENGTH,
                manifest = sym MANIFEST,
                manifest_length = const MANIFEST_LENGTH,
            );
        }
    };
}
