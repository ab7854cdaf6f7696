package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Linux counts CPU time of other processes in hundredths of a second.
const ticksPerSecond = 100

// usage of processes: CPU seconds and resident bytes.
func usage(pids []int) (cpu float64, rss int64) {
	for _, pid := range pids {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		// The second field is a name in brackets, which may hold blanks.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		cpu += (user + system) / ticksPerSecond
		rss += pages * int64(os.Getpagesize())
	}
	return cpu, rss
}

func ownCPU() float64 {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(own.Utime) + seconds(own.Stime)
}
