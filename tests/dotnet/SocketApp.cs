// A program for a runtime without ASP.NET Core (.NET 8 on Linux): behaves towards the module as an ASP.NET Core
// app does, over plain sockets. GET answers 200, a wrong pairing token 400, POST /iisintegration 202 and exit.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading;

internal static class SocketApp
{
    private static int Main(string[] args)
    {
        string mode = Failures.ReadMode(args);
        int exit;
        if (!Failures.Before(mode, out exit))
            return exit;
        ReadSettings();
        if (mode == "startup-exception")
            new Startup().Configure();

        var signals = new List<IDisposable>();
        if (mode == "ignore-signals")
            foreach (PosixSignal signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
                signals.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = true));

        int port = Failures.Port(mode);
        TcpListener listener = mode == "ipv6-only" ? new TcpListener(IPAddress.IPv6Loopback, port)
            : mode == "ipv6-any" ? TcpListener.Create(port)
            : mode == "any-address" ? new TcpListener(IPAddress.Any, port)
            : new TcpListener(IPAddress.Loopback, port);
        if (mode == "port-in-use")
        {
            // A port of its own, for metrics say, that another program has.
            var other = new TcpListener(IPAddress.Loopback, 0);
            other.Start();
            new TcpListener(IPAddress.Loopback, ((IPEndPoint)other.LocalEndpoint).Port).Start();
        }
        listener.Start();
        Console.WriteLine("Now listening on: http://" + listener.LocalEndpoint);
        Console.WriteLine("Application started. Press Ctrl+C to shut down.");
        if (mode == "crash-later")
        {
            Thread.Sleep(1000);
            throw new InvalidOperationException("sample: thrown after the start");
        }
        while (true)
            using (TcpClient client = listener.AcceptTcpClient())
                if (mode == "never-answers")
                    Thread.Sleep(Timeout.Infinite);
                else if (Serve(client, mode))
                    return 0;
    }

    private static void ReadSettings()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "appsettings.json");
        if (!File.Exists(file))
            return;
        try
        {
            using (JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })) { }
        }
        catch (JsonException error)
        {
            // The shape in which Microsoft.Extensions.Configuration reports it.
            throw new InvalidDataException("Failed to load configuration from file '" + file + "'.",
                new FormatException("Could not parse the JSON file.", error));
        }
    }

    private static bool Serve(TcpClient client, string mode)
    {
        client.ReceiveTimeout = 5000;
        var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        string request;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            request = reader.ReadLine() ?? "";
            string line;
            while (!string.IsNullOrEmpty(line = reader.ReadLine()))
            {
                int colon = line.IndexOf(':');
                if (colon > 0)
                    headers[line.Substring(0, colon)] = line.Substring(colon + 1).Trim();
            }
        }
        catch (IOException)
        {
            return false;
        }

        string expected = Environment.GetEnvironmentVariable("ASPNETCORE_TOKEN"), token, kind;
        headers.TryGetValue("MS-ASPNETCORE-TOKEN", out token);
        headers.TryGetValue("MS-ASPNETCORE-EVENT", out kind);
        bool shutdown = request.StartsWith("POST ", StringComparison.Ordinal) && request.Contains("/iisintegration") && kind == "shutdown";
        if (expected != token)
            Answer(client, "400 Bad Request", "");
        else if (shutdown && (mode == "ignore-signals" || mode == "ignore-shutdown"))
            Answer(client, "404 Not Found", "");
        else if (shutdown)
            Answer(client, "202 Accepted", "");
        else if (mode == "answers-500")
            Answer(client, "500 Internal Server Error", "");
        else
            Answer(client, "200 OK", "hello from " + request);
        return expected == token && shutdown && mode != "ignore-signals" && mode != "ignore-shutdown";
    }

    private static void Answer(TcpClient client, string status, string body)
    {
        byte[] bytes = Encoding.ASCII.GetBytes("HTTP/1.1 " + status + "\r\nContent-Length: " + body.Length + "\r\nConnection: close\r\n\r\n" + body);
        client.GetStream().Write(bytes, 0, bytes.Length);
    }

    private sealed class Startup
    {
        public void Configure()
        {
            throw new InvalidOperationException("sample: thrown in Startup.Configure");
        }
    }
}
