// The ways of failing that both sample programs share. One mode a run, read from (first hit wins)
// the argument --mode=X, the variable SAMPLE_MODE, or the file mode.txt beside the program.
using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Threading;

internal static class Failures
{
    public static string ReadMode(string[] args)
    {
        foreach (string arg in args)
            if (arg.StartsWith("--mode=", StringComparison.Ordinal))
                return arg.Substring("--mode=".Length);
        string fromEnvironment = Environment.GetEnvironmentVariable("SAMPLE_MODE");
        if (!string.IsNullOrEmpty(fromEnvironment))
            return fromEnvironment;
        string file = Path.Combine(AppContext.BaseDirectory, "mode.txt");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "ok";
    }

    // Does what the mode says before any server exists. False: the program ends with `exit`.
    public static bool Before(string mode, out int exit)
    {
        exit = 0;
        switch (mode)
        {
            case "crash-main":
                throw new InvalidOperationException("sample: thrown in Main", new ArgumentNullException("connectionString"));
            case "exit-0":
                Console.WriteLine("sample: nothing to do");
                return false;
            case "exit-3":
                Console.Error.WriteLine("sample: leaving with 3");
                exit = 3;
                return false;
            case "exit-259":
                exit = 259;
                return false;
            case "wait-stdin":
                Console.Write("Press ENTER to start: ");
                // Null means that there is no input at all: what a worker process gets.
                if (Console.ReadLine() == null)
                    Console.WriteLine("(no input)");
                return false;
            case "wait-key":
                Console.Write("Press any key: ");
                Console.ReadKey(true);
                return false;
            case "deadlock":
                Deadlock();
                return false;
            case "slow-3":
                Thread.Sleep(3000);
                return true;
            case "stack-overflow":
                Overflow(1);
                return false;
            case "fail-fast":
                Environment.FailFast("sample: fail fast");
                return false;
            case "missing-assembly":
                Assembly.Load("Not.Deployed, Version=1.0.0.0");
                return false;
            case "access-denied":
                throw new UnauthorizedAccessException("Access to the path 'C:\\data\\keys' is denied.");
            case "child-listens":
                StartAgain("ok", false).WaitForExit();
                return false;
            case "fork-and-leave":
                StartAgain("ok", true);
                return false;
            case "flood":
                Flood();
                return true;
            default:
                return true;
        }
    }

    private static int Overflow(int depth)
    {
        return Overflow(depth + 1) + depth;
    }

    private static void Deadlock()
    {
        object first = new object(), second = new object();
        var other = new Thread(() => { lock (second) { Thread.Sleep(100); lock (first) { } } });
        lock (first)
        {
            other.Start();
            Thread.Sleep(50);
            lock (second) { }
        }
    }

    // 1 GiB in 64 KiB pieces, numbered so that a reader can tell which end it kept.
    private static void Flood()
    {
        using (Stream stdout = Console.OpenStandardOutput())
        {
            var piece = new byte[65536];
            for (int i = 0; i < piece.Length; i++)
                piece[i] = (byte)(i % 64 == 63 ? '\n' : 'x');
            for (int i = 0; i < 16384; i++)
            {
                byte[] number = System.Text.Encoding.ASCII.GetBytes(i.ToString("D8"));
                Array.Copy(number, piece, number.Length);
                stdout.Write(piece, 0, piece.Length);
            }
        }
        Console.WriteLine("flood: end");
    }

    // Starts this program once more with another mode; `apart` also leaves the process group where there are such.
    private static Process StartAgain(string mode, bool apart)
    {
        string host = Process.GetCurrentProcess().MainModule.FileName;
        string program = Assembly.GetEntryAssembly().Location;
        bool unix = Path.DirectorySeparatorChar == '/';
        var start = apart && unix
            ? new ProcessStartInfo("setsid", "\"" + host + "\" \"" + program + "\"")
            : new ProcessStartInfo(host, "\"" + program + "\"");
        start.UseShellExecute = false;
        start.Environment["SAMPLE_MODE"] = mode;
        return Process.Start(start);
    }

    // The port on which a mode listens: the one given by the module, or another.
    public static int Port(string mode)
    {
        int given;
        int.TryParse(Environment.GetEnvironmentVariable("ASPNETCORE_PORT"), out given);
        return mode == "fixed-port" || given == 0 ? 5000 : given;
    }
}
