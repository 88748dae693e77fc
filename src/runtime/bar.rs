//! The bar of a running stage on a terminal. There is one at most.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;
use std::time::Duration;

/// Steps of the bar: it moves within a task, too.
const STEPS: f64 = 10_000.0;

static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Shows the bar of a stage.
pub fn show(stage: &str) {
    let bar = ProgressBar::new(STEPS as u64);
    // fits 60 columns: the bar takes what is left
    if let Ok(style) = ProgressStyle::with_template("{prefix:8}{wide_bar} {percent:>3} %  {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(stage.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    if let Ok(mut shown) = BAR.lock() {
        *shown = Some(bar);
    }
}

/// Moves the bar to a fraction of the work, with words beside it.
pub fn set(fraction: f64, words: String) {
    if let Ok(shown) = BAR.lock()
        && let Some(bar) = &*shown
    {
        bar.set_position((STEPS * fraction.clamp(0.0, 1.0)) as u64);
        bar.set_message(words);
    }
}

/// Writes something to the terminal, which the bar would otherwise overwrite.
pub fn aside<R>(write: impl FnOnce() -> R) -> R {
    let shown = BAR.lock().ok().and_then(|shown| shown.clone());
    match shown {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Removes the bar.
pub fn clear() {
    if let Some(bar) = BAR.lock().ok().and_then(|mut shown| shown.take()) {
        bar.finish_and_clear();
    }
}
