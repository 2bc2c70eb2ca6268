//! The panic handler on bare metal. No entry point has a panic path; the feature `panic-free` proves it
//! at link time.

#[cfg(all(target_os = "none", feature = "panic-handler"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "panic-free")]
    {
        unsafe extern "C" {
            // Defined nowhere: linking fails where a panic path is left.
            safe fn gleaner_panic_path_left() -> !;
        }
        gleaner_panic_path_left()
    }
    #[cfg(not(feature = "panic-free"))]
    loop {
        core::hint::spin_loop();
    }
}
