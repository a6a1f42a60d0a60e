//! The job object that holds the tree together and ends it when it is closed.

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr::{from_mut, from_ref, null};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectBasicProcessIdList,
    JobObjectExtendedLimitInformation, QueryInformationJobObject, SetInformationJobObject,
    TerminateJobObject,
};

use super::handle::{checked, owned};

/// Ids that are read at once; the module itself looks at 16 only, which is too few to clean up.
const PROCESSES: usize = 4096;

pub(super) struct Job(OwnedHandle);

/// `JOBOBJECT_BASIC_PROCESS_ID_LIST` with room for [`PROCESSES`].
#[repr(C)]
struct ProcessIds {
    assigned: u32,
    listed: u32,
    ids: [usize; PROCESSES],
}

impl Job {
    /// A job whose processes end when the last handle to it is closed, so also when this process dies.
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: both parameters may be null: no attributes, no name.
        let job = Self(owned(unsafe { CreateJobObjectW(null(), null()) })?);
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: the structure is the one of this information class, of the size given.
        checked(unsafe {
            SetInformationJobObject(
                job.raw(),
                JobObjectExtendedLimitInformation,
                from_ref(&limits).cast(),
                size_of_val(&limits) as u32,
            )
        })?;
        Ok(job)
    }

    pub(super) fn assign(&self, process: &OwnedHandle) -> io::Result<()> {
        // SAFETY: both handles are open.
        checked(unsafe { AssignProcessToJobObject(self.raw(), process.as_raw_handle()) })
    }

    /// Ids of the processes in the job.
    pub(super) fn processes(&self) -> io::Result<Vec<u32>> {
        let mut list = Box::new(ProcessIds {
            assigned: 0,
            listed: 0,
            ids: [0; PROCESSES],
        });
        // SAFETY: the structure is the one of this information class, of the size given. A list that is too
        // short is filled as far as it goes and reported as an error, which is as good here.
        let result = unsafe {
            QueryInformationJobObject(
                self.raw(),
                JobObjectBasicProcessIdList,
                from_mut(&mut *list).cast(),
                size_of::<ProcessIds>() as u32,
                std::ptr::null_mut(),
            )
        };
        if result == 0 && list.listed == 0 {
            return Err(io::Error::last_os_error());
        }
        let listed = (list.listed as usize).min(PROCESSES);
        Ok(list.ids.iter().take(listed).map(|id| *id as u32).collect())
    }

    /// How many processes of the job run.
    pub(super) fn running(&self) -> io::Result<u32> {
        let mut counts = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        // SAFETY: the structure is the one of this information class, of the size given.
        checked(unsafe {
            QueryInformationJobObject(
                self.raw(),
                JobObjectBasicAccountingInformation,
                from_mut(&mut counts).cast(),
                size_of_val(&counts) as u32,
                std::ptr::null_mut(),
            )
        })?;
        Ok(counts.ActiveProcesses)
    }

    /// Ends all its processes with exit code 1, as the module does.
    pub(super) fn terminate(&self) -> io::Result<()> {
        // SAFETY: the handle is open.
        checked(unsafe { TerminateJobObject(self.raw(), 1) })
    }

    fn raw(&self) -> HANDLE {
        self.0.as_raw_handle()
    }
}
