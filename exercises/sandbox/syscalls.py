"""The system calls that a student's code may make, by name with their numbers on x86-64 and on aarch64.

With this module, one can
- read a table:     table(ALLOWED, "x86_64") -> {"read": 0, ...}

It is a list of what is allowed: whatever a new kernel adds is refused until somebody thought about it. What is in
it has been chosen for Python and NumPy: files (Landlock decides which), memory, time, threads and signals inside
the own process. There is no way in it to start a process, to open a socket, to change a file's owner, mode, times
or attributes, to make a link, or to touch another process.

Numbers: linux/arch/x86/entry/syscalls/syscall_64.tbl and linux/include/uapi/asm-generic/unistd.h; "-" where an
architecture does not have the call. A test compares them with the kernel's headers.
"""

from __future__ import annotations

# name:x86-64:aarch64
ALLOWED = """
read:0:63 write:1:64 readv:19:65 writev:20:66 pread64:17:67 pwrite64:18:68 preadv:295:69 pwritev:296:70
lseek:8:62 close:3:57 close_range:436:436 dup:32:23 dup2:33:- dup3:292:24 flock:73:32 fsync:74:82
fdatasync:75:83 ftruncate:77:46 fallocate:285:47 fadvise64:221:223 sendfile:40:71
copy_file_range:326:285 pipe:22:- pipe2:293:59 poll:7:- ppoll:271:73 select:23:- pselect6:270:72
epoll_create:213:- epoll_create1:291:20 epoll_ctl:233:21 epoll_wait:232:- epoll_pwait:281:22
eventfd2:290:19 open:2:- openat:257:56 stat:4:- fstat:5:80 lstat:6:- newfstatat:262:79 statx:332:291
access:21:- faccessat:269:48 faccessat2:439:439 readlink:89:- readlinkat:267:78 getcwd:79:17 chdir:80:49
fchdir:81:50 getdents:78:- getdents64:217:61 mkdir:83:- mkdirat:258:34 rmdir:84:- unlink:87:-
unlinkat:263:35 rename:82:- renameat:264:38 renameat2:316:276 statfs:137:43 fstatfs:138:44 umask:95:166
mmap:9:222 munmap:11:215 mprotect:10:226 mremap:25:216 madvise:28:233 brk:12:214 msync:26:227
mincore:27:232 membarrier:324:283 getpid:39:172 getppid:110:173 gettid:186:178 getuid:102:174
geteuid:107:175 getgid:104:176 getegid:108:177 getresuid:118:148 getresgid:120:150 getgroups:115:158
getpgrp:111:- getpgid:121:155 getsid:124:156 sched_yield:24:124 sched_getaffinity:204:123
sched_getparam:143:121 sched_getscheduler:145:120 sched_get_priority_max:146:125
sched_get_priority_min:147:126 getpriority:140:141 getcpu:309:168 getrlimit:97:163 getrusage:98:165
times:100:153 uname:63:160 sysinfo:99:179 capget:125:90 exit:60:93 exit_group:231:94 wait4:61:260
waitid:247:95 set_tid_address:218:96 set_robust_list:273:99 get_robust_list:274:100 rseq:334:293
restart_syscall:219:128 arch_prctl:158:- futex:202:98 rt_sigaction:13:134 rt_sigprocmask:14:135
rt_sigreturn:15:139 rt_sigpending:127:136 rt_sigtimedwait:128:137 rt_sigsuspend:130:133
sigaltstack:131:132 pause:34:- alarm:37:- setitimer:38:103 getitimer:36:102 clock_gettime:228:113
clock_getres:229:114 clock_nanosleep:230:115 nanosleep:35:101 gettimeofday:96:169 time:201:-
getrandom:318:278
"""

# Allowed only with some arguments; `seccomp.CONDITIONS` says with which.
CONDITIONAL = """
clone:56:220 kill:62:129 tgkill:234:131 prlimit64:302:261 prctl:157:167 ioctl:16:29 fcntl:72:25
"""

# No homework calls these by accident: the process ends. The rest of what is not allowed fails with EPERM.
FATAL = """
ptrace:101:117 process_vm_readv:310:270 process_vm_writev:311:271 kcmp:312:272 pidfd_getfd:438:438
kexec_load:246:104 kexec_file_load:320:294 init_module:175:105 finit_module:313:273
delete_module:176:106 bpf:321:280 perf_event_open:298:241 mount:165:40 umount2:166:39 pivot_root:155:41
chroot:161:51 setns:308:268 unshare:272:97 fsopen:430:430 fsconfig:431:431 fsmount:432:432
fspick:433:433 open_tree:428:428 move_mount:429:429 mount_setattr:442:442 open_by_handle_at:304:265
name_to_handle_at:303:264 userfaultfd:323:282 add_key:248:217 request_key:249:218 keyctl:250:219
reboot:169:142 swapon:167:224 swapoff:168:225 acct:163:89 quotactl:179:60 settimeofday:164:170
clock_settime:227:112 adjtimex:159:171 clock_adjtime:305:266 iopl:172:- ioperm:173:- modify_ldt:154:-
io_uring_setup:425:425 io_uring_enter:426:426 io_uring_register:427:427
"""

# The C library asks for these first and then takes another way, if it is told that the kernel has no such call.
UNKNOWN = """
clone3:435:435 openat2:437:437 epoll_pwait2:441:441
"""

NEWEST = (
    447  # calls with higher numbers are as good as unknown, too: memfd_secret was the newest one looked at
)
COLUMN = {"x86_64": 1, "aarch64": 2}


def table(text: str, machine: str) -> dict[str, int]:
    """One of the tables above as name -> number, for an architecture as `platform.machine()` calls it.

    Raises:
        KeyError: the architecture has no column.

    Example:
        >>> table("read:0:63 open:2:-", "aarch64")
        {'read': 63}
    """
    column = COLUMN[machine]
    rows = [entry.split(":") for entry in text.split()]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
