//! What the disk itself needs to make 4 KiB durable.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use crate::figures::percentile_us;

const BLOCK: [u8; 4096] = [7; 4096];
/// The file that is written over has so many blocks, as the store's log has when it begins anew.
const BLOCKS: u64 = 256;
const SYNCS: u64 = 25;

/// Syncs so far, in microseconds.
pub struct Syncs {
    over: File,
    longer: File,
    next: u64,
    overwrite: Vec<u32>,
    append: Vec<u32>,
}

impl Syncs {
    pub fn in_folder(folder: &Path) -> std::io::Result<Self> {
        let mut over = File::create(folder.join("overwritten"))?;
        for _ in 0..BLOCKS {
            over.write_all(&BLOCK)?;
        }
        over.sync_all()?;
        Ok(Self {
            over,
            longer: File::create(folder.join("appended"))?,
            next: 0,
            overwrite: Vec::new(),
            append: Vec::new(),
        })
    }

    /// Some more of each kind.
    pub fn measure(&mut self) -> std::io::Result<()> {
        for _ in 0..SYNCS {
            self.over
                .seek(SeekFrom::Start(self.next % BLOCKS * BLOCK.len() as u64))?;
            self.next += 1;
            self.overwrite.push(timed(&mut self.over)?);
            self.append.push(timed(&mut self.longer)?);
        }
        self.overwrite.sort_unstable();
        self.append.sort_unstable();
        Ok(())
    }

    pub fn overwrite_us(&self, share: f64) -> f64 {
        percentile_us(&self.overwrite, share)
    }

    pub fn append_us(&self, share: f64) -> f64 {
        percentile_us(&self.append, share)
    }
}

fn timed(file: &mut File) -> std::io::Result<u32> {
    let began = Instant::now();
    file.write_all(&BLOCK)?;
    file.sync_data()?;
    Ok(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX))
}
