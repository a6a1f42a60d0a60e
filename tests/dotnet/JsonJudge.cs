// .NET's own reading of configuration files: what JsonConfigurationFileParser of Microsoft.Extensions.Configuration.Json 8
// does, over the real System.Text.Json. Reads paths from standard input, one a line, and answers for each:
//   ok N                            and N lines KEY VALUE, both in base64; VALUE is - for null and = for an empty text
//   json LINE BYTE MESSAGE          LineNumber and BytePositionInLine of the exception (from 0), its text in base64
//   refused MESSAGE                 valid JSON that configuration refuses
//   failed MESSAGE                  anything else
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;

static class JsonJudge
{
    static void Main()
    {
        var answers = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        var paths = new StreamReader(Console.OpenStandardInput());
        string path;
        while ((path = paths.ReadLine()) != null)
        {
            Answer(path, answers);
            answers.Flush();
        }
    }

    static void Answer(string path, TextWriter answers)
    {
        try
        {
            var data = new Parser().Read(path);
            answers.WriteLine("ok " + data.Count);
            foreach (var pair in data)
            {
                string value = pair.Value == null ? "-" : pair.Value.Length == 0 ? "=" : Base64(pair.Value);
                answers.WriteLine((pair.Key.Length == 0 ? "=" : Base64(pair.Key)) + " " + value);
            }
        }
        catch (JsonException exception)
        {
            answers.WriteLine("json " + exception.LineNumber + " " + exception.BytePositionInLine + " " + Base64(exception.Message));
        }
        catch (FormatException exception)
        {
            answers.WriteLine("refused " + Base64(exception.Message));
        }
        catch (Exception exception)
        {
            answers.WriteLine("failed " + Base64(exception.GetType().Name + ": " + exception.Message));
        }
    }

    static string Base64(string text)
    {
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    sealed class Parser
    {
        readonly Dictionary<string, string> data = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        readonly Stack<string> paths = new Stack<string>();

        public Dictionary<string, string> Read(string path)
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using (var reader = new StreamReader(path))
            using (var document = JsonDocument.Parse(reader.ReadToEnd(), options))
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    throw new FormatException("top level is " + document.RootElement.ValueKind);
                }
                Members(document.RootElement);
            }
            return data;
        }

        void Members(JsonElement element)
        {
            bool empty = true;
            foreach (JsonProperty property in element.EnumerateObject())
            {
                empty = false;
                Enter(property.Name);
                Value(property.Value);
                paths.Pop();
            }
            NullIf(empty);
        }

        void Elements(JsonElement element)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
            {
                Enter(index.ToString());
                Value(item);
                paths.Pop();
                index++;
            }
            NullIf(index == 0);
        }

        void NullIf(bool empty)
        {
            if (empty && paths.Count > 0)
            {
                data[paths.Peek()] = null;
            }
        }

        void Value(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    Members(value);
                    break;
                case JsonValueKind.Array:
                    Elements(value);
                    break;
                default:
                    string key = paths.Peek();
                    if (data.ContainsKey(key))
                    {
                        throw new FormatException("duplicate key " + key);
                    }
                    data[key] = value.ToString();
                    break;
            }
        }

        void Enter(string name)
        {
            paths.Push(paths.Count > 0 ? paths.Peek() + ":" + name : name);
        }
    }
}
